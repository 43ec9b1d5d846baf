{{/* The Deployment of a process: list root kind facts */}}
{{- define "pedidos.process" -}}
{{- $root := index . 0 -}}{{- $kind := index . 1 -}}{{- $facts := index . 2 -}}
{{- $own := index $root.Values.processes $kind -}}
{{- $demo := $root.Values.demo.enabled -}}
{{- $name := printf "%s-%s" (include "pedidos.name" $root) $kind -}}
{{- $drain := ternary (int $root.Values.drainSeconds) 0 (hasKey $facts "port") -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "pedidos.labels" (list $root $kind) | nindent 4 }}
spec:
  {{- if not (and $root.Values.autoscaling.enabled $own.autoscaling) }}
  replicas: {{ include "pedidos.replicas" (list $root $own.replicas $facts.replicas) }}
  {{- end }}
  revisionHistoryLimit: 3
  # The next version is ready before one of this version ends.
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {{ include "pedidos.selector" (list $root $kind) | fromYaml | toJson }}}
  template:
    metadata:
      labels: {{- include "pedidos.labels" (list $root $kind) | nindent 8 }}
      {{- with $root.Values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "pedidos.pod" $root | nindent 6 }}
      securityContext: {{- include "pedidos.podSecurity" (list $facts.user 10001) | nindent 8 }}
      {{- include "pedidos.spread" (list $root $kind) | nindent 6 }}
      terminationGracePeriodSeconds: {{ add $drain $facts.grace }}
      {{- if $demo }}
      initContainers: {{- include "pedidos.demoBefore" (list $root $kind $facts) | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ $kind }}
          image: {{ include "pedidos.image" (list $root $root.Values.image) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: [{{ $kind }}]
          securityContext: {{- include "pedidos.containerSecurity" $root | nindent 12 }}
          env: {{- include "pedidos.env" (list $root $kind $own) | nindent 12 }}
          ports:
            {{- if $facts.port }}
            - {name: http, containerPort: {{ $facts.port }}}
            {{- end }}
            - {name: metrics, containerPort: 9100}
          resources: {{- toYaml $own.resources | nindent 12 }}
          {{- include "pedidos.probes" $facts | nindent 10 }}
          {{- if $drain }}
          lifecycle: {preStop: {sleep: {seconds: {{ $drain }}}}}
          {{- end }}
          volumeMounts:
            {{- include "pedidos.mounts" $root | nindent 12 }}
            {{- if $facts.keys }}
            - {name: keys, mountPath: /var/lib/pedidos/keys, readOnly: true}
            {{- end }}
            {{- if eq $kind "web" }}
            - {name: figures, mountPath: /var/lib/pedidos/figures}
            {{- end }}
      volumes:
        {{- include "pedidos.volumes" (list $root $kind) | nindent 8 }}
        {{- if $facts.keys }}
        {{- include "pedidos.keys" (list $root $facts) | nindent 8 }}
        {{- end }}
        {{- if eq $kind "web" }}
        # As long as the pod: a new one begins without the figures of the last days.
        - {name: figures, emptyDir: {sizeLimit: 16Mi}}
        {{- end }}
{{- end -}}

{{/*
The probes of a process: its facts. What serves is asked by HTTP; the rest shows a heartbeat, which guard.py looks at too: a
process that hangs ends its container, and needs no liveness probe. The time-out of liveness is that of a request, so that
one that is busy is left alone.
*/}}
{{- define "pedidos.probes" -}}
{{- if .port -}}
startupProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 1
  timeoutSeconds: 5
  failureThreshold: 300
readinessProbe:
  httpGet: {path: {{ .ready }}, port: http}
  periodSeconds: 5
  timeoutSeconds: 15
  failureThreshold: 3
livenessProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: 10
  timeoutSeconds: 15
  failureThreshold: 4
{{- else -}}
{{- $asked := "{command: [python, -IS, /opt/pedidos/bin/health.py]}" -}}
startupProbe:
  exec: {{ $asked }}
  periodSeconds: 2
  timeoutSeconds: 10
  failureThreshold: 150
readinessProbe:
  exec: {{ $asked }}
  periodSeconds: 15
  timeoutSeconds: 10
  failureThreshold: 3
{{- end -}}
{{- end -}}

{{/* The volume of the keys: list root facts. A demo makes the set of public keys of its own; see demo/_before.tpl. */}}
{{- define "pedidos.keys" -}}
{{- $root := index . 0 -}}
- name: keys
{{- if $root.Values.demo.enabled }}
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
- name: given-keys
  secret: {secretName: {{ include "pedidos.keysName" $root }}, defaultMode: 0440}
{{- else }}
  secret:
    secretName: {{ include "pedidos.keysName" $root }}
    defaultMode: 0440
    items:
      {{- range (index . 1).keys }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
{{- end }}
{{- end -}}
