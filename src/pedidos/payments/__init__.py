"""The payment gateway as the platform sees it."""
