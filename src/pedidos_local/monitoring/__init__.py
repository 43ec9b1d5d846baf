"""What watches the platform: objectives, alerts, and Prometheus or VictoriaMetrics as a program of `up`."""
