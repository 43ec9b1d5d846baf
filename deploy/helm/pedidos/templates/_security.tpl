{{/* What the restricted Pod Security Standard asks for, and a file system that cannot be changed. */}}

{{/* Of a pod: list user group */}}
{{- define "pedidos.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ index . 0 }}
runAsGroup: {{ index . 0 }}
fsGroup: {{ index . 1 }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "pedidos.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Fields of every pod of ours: root */}}
{{- define "pedidos.pod" -}}
serviceAccountName: {{ include "pedidos.name" . }}
{{ include "pedidos.podOfHook" . }}
{{- end -}}

{{/* The same for the Job that comes before everything else, also before the service account. */}}
{{- define "pedidos.podOfHook" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Pods of a kind apart, where there are nodes for it: list root kind */}}
{{- define "pedidos.spread" -}}
topologySpreadConstraints:
{{- $labels := include "pedidos.selector" . }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {{ $labels | fromYaml | toJson }}}
    matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end -}}
