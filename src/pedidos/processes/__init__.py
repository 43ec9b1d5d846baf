"""The processes of the platform, each thin: wire, loop, shut down."""
