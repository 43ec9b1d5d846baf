{{/*
What each process is. Not values: the code decides them, and tests compare them with it.

port: of HTTP, if it serves. ready: what its readiness asks. The api and web tell clients themselves that the database is
away, and stay in place then; a live that has no events cannot open streams. Before that, /readyz must once have said yes.
grace: seconds that it takes to end. keys: its files of the keys. reaches: the servers that it speaks to.
*/}}
{{- define "pedidos.facts" -}}
api: {port: 8000, ready: /livez, grace: 20, user: 10001, keys: [signing.pem, jwks.json, refresh.key], reaches: [postgres, broker, collector], replicas: 2}
web: {port: 8000, ready: /livez, grace: 20, user: 10001, reaches: [postgres, broker, kafka, collector, metrics], replicas: 2}
live: {port: 8000, ready: /readyz, grace: 20, user: 10002, keys: [jwks.json], reaches: [postgres, kafka, collector], replicas: 2}
relay: {grace: 20, user: 10001, reaches: [postgres, kafka, collector], replicas: 2}
bridge: {grace: 20, user: 10001, reaches: [postgres, kafka, broker, collector], replicas: 2}
notifier: {grace: 20, user: 10001, reaches: [postgres, kafka, collector, outside], replicas: 2}
worker: {grace: 40, user: 10001, reaches: [postgres, broker, gateway, collector], replicas: 2}
scheduler: {grace: 20, user: 10001, reaches: [postgres, kafka, broker], replicas: 1}
{{- end -}}
