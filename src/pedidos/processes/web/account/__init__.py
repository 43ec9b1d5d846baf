"""The pages of an account: signing in and out, registering."""
