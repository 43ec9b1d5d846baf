"""Drills of the alerts: each causes what an alert is for, and sees it fire and end at a real Prometheus."""
