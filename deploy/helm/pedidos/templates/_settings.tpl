{{/*
The environment of a process: list root kind own (its settings and env). A number is written as JSON has it: as text, a
million is 1e+06.
*/}}
{{- define "pedidos.env" -}}
{{- $root := index . 0 -}}{{- $kind := index . 1 -}}{{- $own := index . 2 -}}
{{- $name := include "pedidos.name" $root -}}
{{- $computed := dict "PEDIDOS_PUBLIC_URL" (include "pedidos.publicUrl" $root) "PEDIDOS_DEMO" (toString $root.Values.demo.enabled) -}}
{{- if $root.Values.demo.enabled -}}
{{- $_ := set $computed "PEDIDOS_KAFKA_BOOTSTRAP" (printf "%s-kafka:9092" $name) -}}
{{- $_ := set $computed "PEDIDOS_GATEWAY_URL" (printf "http://%s-gateway:8000" $name) -}}
{{- $_ := set $computed "PEDIDOS_GATEWAY_INSECURE" "true" -}}
{{- end -}}
{{- with $own.shards -}}{{- $_ := set $computed "PEDIDOS_RELAY_SHARDS" (int . | toString) -}}{{- end -}}
{{- if eq $kind "web" -}}
{{- $sources := list -}}
{{- range keys (include "pedidos.facts" $root | fromYaml) | sortAlpha -}}
{{- $sources = append $sources (printf "%s=%s-%s:9100" . $name .) -}}
{{- end -}}
{{- $_ := set $computed "PEDIDOS_METRICS_SOURCES" (join "," $sources) -}}
{{- $_ := set $computed "PEDIDOS_FIGURES_FILE" "/var/lib/pedidos/figures/web.json" -}}
{{- end -}}
- name: PEDIDOS_INSTANCE
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- range $variable, $value := mustMergeOverwrite $computed (deepCopy $root.Values.settings) (deepCopy $own.settings) }}
- {name: {{ $variable }}, value: {{ ternary (toJson $value) (toString $value) (kindIs "float64" $value) | quote }}}
{{- end }}
{{- with $own.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What a container of ours mounts: the folder of its passwords, room for temporary files, and files that are given. */}}
{{- define "pedidos.mounts" -}}
- {name: secrets, mountPath: /run/pedidos, readOnly: true}
- {name: temporary, mountPath: /tmp}
{{- if .Values.files.secretName }}
- {name: files, mountPath: /etc/pedidos, readOnly: true}
{{- end }}
{{- end -}}

{{/* Their volumes: list root file */}}
{{- define "pedidos.volumes" -}}
- name: secrets
  secret:
    secretName: {{ include "pedidos.secretName" (index . 0) }}
    defaultMode: 0440
    items: [{key: {{ index . 1 }}.env, path: platform.env}]
{{ include "pedidos.commonVolumes" (index . 0) }}
{{- end -}}

{{- define "pedidos.commonVolumes" -}}
- {name: temporary, emptyDir: {sizeLimit: 64Mi}}
{{- with .Values.files.secretName }}
- {name: files, secret: {secretName: {{ . }}, defaultMode: 0440}}
{{- end }}
{{- end -}}
