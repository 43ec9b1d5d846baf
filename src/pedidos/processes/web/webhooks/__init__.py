"""The pages of webhooks: endpoints, their secrets, and what was delivered. Of a shop's owner, or of all operators."""
