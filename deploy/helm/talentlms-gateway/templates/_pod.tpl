{{- /* What the pods of the gateway, of the worker and of the test have in common. */ -}}
{{- define "gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "gateway.env" -}}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- range $name, $key := .Values.secretFiles }}
{{- if $key }}
- {name: {{ $name }}_FILE, value: {{ printf "/run/secrets/gateway/%s" $key | quote }}}
{{- end }}
{{- end }}
{{- if include "gateway.configMap" . }}
- {name: GATEWAY_CONFIG, value: /etc/talentlms-gateway/gateway.toml}
{{- end }}
- {name: GATEWAY_WORKER, value: {{ .Values.worker.place }}}
{{- range $name, $value := .Values.environment }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{- define "gateway.mounts" -}}
- {name: secrets, mountPath: /run/secrets/gateway, readOnly: true}
- {name: tmp, mountPath: /tmp}
- {name: shared-memory, mountPath: /dev/shm}
{{- if include "gateway.configMap" . }}
- {name: config, mountPath: /etc/talentlms-gateway, readOnly: true}
{{- end }}
{{- end -}}

{{- define "gateway.volumes" -}}
- name: secrets
  secret: {secretName: {{ .Values.existingSecret }}, defaultMode: 0440}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
# gunicorn's heartbeats, and what its processes count together for the metrics.
- name: shared-memory
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- with include "gateway.configMap" . }}
- name: config
  configMap: {name: {{ . }}}
{{- end }}
{{- end -}}

{{- define "gateway.placing" -}}
automountServiceAccountToken: false
enableServiceLinks: false
serviceAccountName: {{ .Values.serviceAccountName }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "gateway.podAnnotations" -}}
{{- if .Values.config }}
checksum/config: {{ .Values.config | sha256sum }}
{{- end }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
