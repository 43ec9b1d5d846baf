{{/* Names, labels and images. */}}

{{- define "pedidos.name" -}}
{{- if contains "pedidos" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-pedidos" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The labels that select the pods of a kind: list root kind */}}
{{- define "pedidos.selector" -}}
app.kubernetes.io/name: pedidos
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "pedidos.labels" -}}
{{- $root := index . 0 -}}
{{ include "pedidos.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version }}
{{- end -}}

{{/* An image of ours: list root image */}}
{{- define "pedidos.image" -}}
{{- $image := index . 1 -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}

{{- define "pedidos.secretName" -}}
{{- if .Values.demo.enabled -}}{{ include "pedidos.name" . }}-demo{{- else -}}{{ .Values.secrets.name }}{{- end -}}
{{- end -}}

{{- define "pedidos.keysName" -}}
{{- if .Values.demo.enabled -}}{{ include "pedidos.name" . }}-demo-keys{{- else -}}{{ .Values.keys.name }}{{- end -}}
{{- end -}}

{{- define "pedidos.tlsName" -}}
{{- .Values.edge.tls.secretName | default (printf "%s-edge-tls" (include "pedidos.name" .)) -}}
{{- end -}}

{{- define "pedidos.publicUrl" -}}
{{- if and .Values.demo.enabled (not .Values.publicUrl) -}}https://localhost:8443{{- else -}}{{ trimSuffix "/" .Values.publicUrl }}{{- end -}}
{{- end -}}

{{/* The host of the public address, without its port. */}}
{{- define "pedidos.publicHost" -}}
{{- include "pedidos.publicUrl" . | trimPrefix "https://" | regexFind "^[^:/]+" -}}
{{- end -}}

{{/* How many pods: list root replicas usual */}}
{{- define "pedidos.replicas" -}}
{{- $given := index . 1 -}}
{{- if kindIs "invalid" $given -}}
{{- if (index . 0).Values.demo.enabled -}}1{{- else -}}{{ index . 2 }}{{- end -}}
{{- else -}}{{ int $given }}{{- end -}}
{{- end -}}
