{{/*
What a pod of a demo waits for: list root kind facts. Its servers start beside it, so it waits until the Job has brought the
schema up to date, which it does last but for the demo's data. And it makes the set of public keys from the private ones,
which a template cannot do.
*/}}
{{- define "pedidos.demoBefore" -}}
{{- $root := index . 0 -}}{{- $kind := index . 1 -}}{{- $facts := index . 2 -}}
- name: schema
  image: {{ include "pedidos.image" (list $root $root.Values.image) }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  command: [python, -m, pedidos.storage.awaited_schema]
  securityContext: {{- include "pedidos.containerSecurity" $root | nindent 4 }}
  resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 96Mi}}
  volumeMounts: {{- include "pedidos.mounts" $root | nindent 4 }}
{{- if $facts.keys }}
- name: keys
  image: {{ include "pedidos.image" (list $root $root.Values.image) }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  command: [sh, -euc]
  args:
    - |
      export PEDIDOS_KEYS_DIR=/tmp/keys
      mkdir -m 700 "$PEDIDOS_KEYS_DIR"
      (umask 077 && cp /run/keys/* "$PEDIDOS_KEYS_DIR")
      python -m pedidos keys create
      cd "$PEDIDOS_KEYS_DIR" && cp -p {{ join " " $facts.keys }} /var/lib/pedidos/keys
  securityContext: {{- include "pedidos.containerSecurity" $root | nindent 4 }}
  resources: {requests: {cpu: 10m, memory: 64Mi}, limits: {memory: 128Mi}}
  volumeMounts:
    {{- include "pedidos.mounts" $root | nindent 4 }}
    - {name: given-keys, mountPath: /run/keys, readOnly: true}
    - {name: keys, mountPath: /var/lib/pedidos/keys}
{{- end }}
{{- end -}}
