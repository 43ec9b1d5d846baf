{{/*
What is missing or wrong ends the installation here, with one line that says what to do. The values' types and names are
checked by values.schema.json, the servers by the Job of setup.yaml.
*/}}
{{- define "pedidos.checks" -}}
{{- $local := has (include "pedidos.publicHost" .) (list "localhost" "127.0.0.1") -}}
{{- if .Values.demo.enabled -}}
  {{- if not $local -}}
    {{- fail "publicUrl: a demo has accounts whose names are known, so its address is https://localhost:PORT. Leave publicUrl empty, and reach it with kubectl port-forward." -}}
  {{- end -}}
  {{- if or .Values.secrets.name .Values.keys.name -}}
    {{- fail "secrets.name and keys.name: a demo makes its own. Leave them empty, or set demo.enabled to false." -}}
  {{- end -}}
{{- else -}}
  {{- if not .Values.publicUrl -}}
    {{- fail "publicUrl is not set: the HTTPS address that customers use, such as https://shop.example.org. To try the platform out, set demo.enabled to true." -}}
  {{- end -}}
  {{- if not .Values.secrets.name -}}
    {{- fail "secrets.name is not set: the Secret with the passwords of the processes. docs/kubernetes.md says how to make it." -}}
  {{- end -}}
  {{- if not .Values.keys.name -}}
    {{- fail "keys.name is not set: the Secret with the keys of access tokens. docs/kubernetes.md says how to make it." -}}
  {{- end -}}
  {{- if not (or .Values.edge.tls.secretName .Values.ingress.enabled .Values.gateway.enabled $local) -}}
    {{- fail "edge.tls.secretName is not set: the Secret with the certificate of publicUrl, of the type kubernetes.io/tls." -}}
  {{- end -}}
  {{- range list "PEDIDOS_KAFKA_BOOTSTRAP" "PEDIDOS_GATEWAY_URL" -}}
    {{- if not (index $.Values.settings .) -}}
      {{- fail (printf "settings.%s is not set. docs/generated/settings.md says what it is." .) -}}
    {{- end -}}
  {{- end -}}
  {{- $files := list "setup.env" "edge.env" -}}
  {{- range keys (include "pedidos.facts" . | fromYaml) -}}{{- $files = append $files (printf "%s.env" .) -}}{{- end -}}
  {{- include "pedidos.secretHas" (list . "secrets.name" .Values.secrets.name (sortAlpha $files)) -}}
  {{- include "pedidos.secretHas" (list . "keys.name" .Values.keys.name (list "jwks.json" "next.pem" "refresh.key" "signing.pem")) -}}
  {{- with .Values.edge.tls.secretName -}}
    {{- include "pedidos.secretHas" (list $ "edge.tls.secretName" . (list "tls.crt" "tls.key")) -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) -}}
  {{- fail "gateway.parentRefs is empty: name the Gateway that the route belongs to." -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (eq .Values.autoscaling.by "keda") -}}
  {{- if not .Values.autoscaling.keda.broker.address -}}
    {{- fail "autoscaling.keda.broker.address is not set: KEDA asks the task broker for the length of the queues." -}}
  {{- end -}}
  {{- if not .Values.autoscaling.keda.secretName -}}
    {{- fail "autoscaling.keda.secretName is not set: the Secret with kafka-user, kafka-password, broker-user and broker-password." -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/*
Fails unless the Secret is there with these keys: list root value name keys. Without a cluster (helm template), lookup finds
nothing at all: then nothing is known, and nothing is said.
*/}}
{{- define "pedidos.secretHas" -}}
{{- $root := index . 0 -}}{{- $value := index . 1 -}}{{- $name := index . 2 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace $name -}}
{{- if $secret -}}
  {{- $missing := list -}}
  {{- range index . 3 -}}
    {{- if not (hasKey ($secret.data | default dict) .) -}}{{- $missing = append $missing . -}}{{- end -}}
  {{- end -}}
  {{- if $missing -}}
    {{- fail (printf "%s: the Secret %s lacks %s. docs/kubernetes.md says what it holds." $value $name (join ", " $missing)) -}}
  {{- end -}}
{{- else if lookup "v1" "Namespace" "" "kube-system" -}}
  {{- fail (printf "%s: there is no Secret %s in the namespace %s. docs/kubernetes.md says how to make it." $value $name $root.Release.Namespace) -}}
{{- end -}}
{{- end -}}
