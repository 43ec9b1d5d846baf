{{/*
A server of the demo, of one pod with a volume: dict root name port own (its values) image user data (the volume's place)
grace probe container (further fields of it) volumes. Its Service has the name of the server.
*/}}
{{- define "pedidos.demoServer" -}}
{{- $root := .root -}}
{{- $name := printf "%s-%s" (include "pedidos.name" $root) .name -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ $name }}
  labels: {{- include "pedidos.labels" (list $root .name) | nindent 4 }}
spec:
  accessModes: [ReadWriteOnce]
  {{- with $root.Values.demo.storage.className }}
  storageClassName: {{ . }}
  {{- end }}
  resources: {requests: {storage: {{ index $root.Values.demo.storage .name }}}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "pedidos.labels" (list $root .name) | nindent 4 }}
spec:
  selector: {{- include "pedidos.selector" (list $root .name) | nindent 4 }}
  ports: [{name: server, port: {{ .port }}, targetPort: server}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "pedidos.labels" (list $root .name) | nindent 4 }}
spec:
  replicas: 1
  revisionHistoryLimit: 1
  # Two pods must not have the data at the same time.
  strategy: {type: Recreate}
  selector: {matchLabels: {{ include "pedidos.selector" (list $root .name) | fromYaml | toJson }}}
  template:
    metadata:
      labels: {{- include "pedidos.labels" (list $root .name) | nindent 8 }}
    spec:
      {{- include "pedidos.pod" $root | nindent 6 }}
      securityContext: {{- include "pedidos.podSecurity" (list .user .user) | nindent 8 }}
      terminationGracePeriodSeconds: {{ .grace }}
      containers:
        - name: {{ .name }}
          image: {{ .image }}
          imagePullPolicy: {{ .pullPolicy | default "IfNotPresent" }}
          ports: [{name: server, containerPort: {{ .port }}}]
          resources: {{- toYaml .own.resources | nindent 12 }}
          startupProbe: {{- mustMergeOverwrite (dict "periodSeconds" 1 "timeoutSeconds" 5 "failureThreshold" 120) .probe | toYaml | nindent 12 }}
          readinessProbe: {{- mustMergeOverwrite (dict "periodSeconds" 10 "timeoutSeconds" 5 "failureThreshold" 3) .probe | toYaml | nindent 12 }}
          {{- .container | nindent 10 }}
            - {name: data, mountPath: {{ .data }}}
      volumes:
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
        - {name: data, persistentVolumeClaim: {claimName: {{ $name }}}}
---
{{- if $root.Values.networkPolicies.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $name }}
  labels: {{- include "pedidos.labels" (list $root .name) | nindent 4 }}
spec:
  podSelector: {matchLabels: {{ include "pedidos.selector" (list $root .name) | fromYaml | toJson }}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        {{- range .asked }}
        - podSelector: {matchLabels: {{ include "pedidos.selector" (list $root .) | fromYaml | toJson }}}
        {{- end }}
      ports: [{port: server}]
{{- end }}
{{- end -}}
