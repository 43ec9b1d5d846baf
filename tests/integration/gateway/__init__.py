"""The payment gateway simulator and the client for it, over real HTTP."""
