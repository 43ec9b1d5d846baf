"""What all peers share: authentication, the request body, and the shop's statements."""
