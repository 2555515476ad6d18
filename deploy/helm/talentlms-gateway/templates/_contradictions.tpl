{{- /* What does not go together ends the rendering, before anything reaches the cluster. */ -}}
{{- define "gateway.contradictions" -}}
{{- $replicas := .Values.replicaCount -}}
{{- if .Values.autoscaling.enabled -}}
{{- $replicas = .Values.autoscaling.maxReplicas -}}
{{- if lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas) -}}
{{- fail (printf "autoscaling.maxReplicas is %v, less than minReplicas, %v." .Values.autoscaling.maxReplicas .Values.autoscaling.minReplicas) -}}
{{- end -}}
{{- end -}}
{{- range list "GATEWAY_PUBLIC_URL" "TALENTLMS_URL" -}}
{{- if not (index $.Values.settings .) -}}
{{- fail (printf "settings.%s is missing; docs/settings.md says what it is." .) -}}
{{- end -}}
{{- end -}}
{{- if not (hasPrefix "https://" .Values.settings.GATEWAY_PUBLIC_URL) -}}
{{- fail (printf "settings.GATEWAY_PUBLIC_URL is %s; browsers reach a cluster by https://." .Values.settings.GATEWAY_PUBLIC_URL) -}}
{{- end -}}
{{- if not .Values.existingSecret -}}
{{- fail "existingSecret is missing: name a secret that has the keys of secretFiles (kubectl create secret generic …)." -}}
{{- end -}}
{{- range list "GATEWAY_SECRET_KEYS" "TALENTLMS_API_KEY" -}}
{{- if not (index $.Values.secretFiles .) -}}
{{- fail (printf "secretFiles.%s is missing: name the key of the secret %s that holds it." . $.Values.existingSecret) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.config .Values.existingConfigMap -}}
{{- fail "config and existingConfigMap are both set; leave one of them out." -}}
{{- end -}}
{{- if not (or .Values.settings.OIDC_ISSUER .Values.config .Values.existingConfigMap (eq (.Values.settings.GATEWAY_PASSWORD_SIGN_IN | default "off") "on")) -}}
{{- fail "Nobody could sign in: set settings.OIDC_ISSUER, or name identity providers in config." -}}
{{- end -}}
{{- if gt (int $replicas) 1 -}}
{{- if include "gateway.usesFile" . -}}
{{- fail (printf "%v replicas, and the database would be a SQLite file, which serves one machine: set secretFiles.GATEWAY_DATABASE_URL to the key that holds the URL of a PostgreSQL, or replicaCount to 1." $replicas) -}}
{{- end -}}
{{- if not .Values.secretFiles.GATEWAY_REDIS_URL -}}
{{- fail (printf "%v replicas, and no Redis that they share: set secretFiles.GATEWAY_REDIS_URL to the key that holds its URL, or replicaCount to 1." $replicas) -}}
{{- end -}}
{{- end -}}
{{- if and (gt (int .Values.processes) 1) (not .Values.secretFiles.GATEWAY_REDIS_URL) -}}
{{- fail (printf "%v processes, and no Redis that they share: set secretFiles.GATEWAY_REDIS_URL to the key that holds its URL, or processes to 1." .Values.processes) -}}
{{- end -}}
{{- if eq .Values.worker.place "apart" -}}
{{- if not .Values.secretFiles.GATEWAY_REDIS_URL -}}
{{- fail "worker.place is apart, and no Redis by which it shares the budget of calls with the gateway: set secretFiles.GATEWAY_REDIS_URL." -}}
{{- end -}}
{{- if include "gateway.usesFile" . -}}
{{- fail "worker.place is apart, and the database would be a SQLite file in another pod's volume: set secretFiles.GATEWAY_DATABASE_URL." -}}
{{- end -}}
{{- end -}}
{{- end -}}
