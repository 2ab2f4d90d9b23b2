# Retyped from configurations that people run: record_transformer, record_modifier, rewrite rules.
record["log"]
record['level']
record['err'] || record['msg'] || record['MESSAGE'] || record['log']
!record['kubernetes'].nil? ? record['kubernetes'].merge({"flat_labels": (record['kubernetes']['labels']||{}).map{|k,v| "#{k}=#{v}"}}) : {}
record.dig("kubernetes", "pod_name")
 record.dig("kubernetes", "namespace_name") 
record.dig("kubernetes", "labels", "app")
tag_parts[0]+ "-" + Time.at(time).getlocal("+05:30").strftime(@logstash_dateformat)
tag_parts[0]+ "-" + Time.at(time).getlocal("+05:30").strftime("%Y.%m.%d")
"fluentd-#{record['kubernetes']['container_name']}-#{Time.at(time).getlocal("+05:30").strftime(@logstash_dateformat)}"
record["hash"]["b"].match(/^\d+-(.*?):/)[1]
record["log"].match(/^\d+-(.*?) /)[1]
Base64.decode64(record["url"])
record.dig("kubernetes","annotations","log_type") || record.dig("kubernetes","annotations","logz.io/application_type") || record.dig("type")
kubernetes["namespace_name"]
if record['stream'] == 'stderr' then 'raw.stderr' else 'raw.stdout' end
record['severity'] || if record['stream'] == 'stderr' then 'ERROR' else 'INFO' end
record["process_start_timestamp"].to_i
record.fetch("kubernetes", Hash.new).fetch("pod_name", "unknown_pod")
record.fetch("kubernetes", Hash.new).fetch("container_name", "unknown_container")
record["kubernetes"]["labels"]["tekton_dev/pipelineTask"]
record["log"][/\/items\/\d+(\?.*)?/, 1]
record["log"][/\/items\/\d+(\?\S*)?/]
record.to_s.length
record.to_s
record["hash"]["method"].nil? ? "N/A" : record["hash"]["method"]
record["kubernetes"]["namespace_name"] + "." + record["kubernetes"]["container_name"]
"#{record["kubernetes"]["namespace_name"]}.#{record["kubernetes"]["container_name"]}"
"kubernetes-#{record['kubernetes']['namespace_name']}"
if record.dig("level") =~ /^(?i)(error|failure|failed|exception|panic)$/ then "ERROR"; elsif record.dig("level")=~ /^(?i)(warn|warning)$/ then "WARNING" ; elsif record.dig("level") != "" then record.dig("level").upcase; else "INFO" end;
record.dig("log").match(/(?i)(?<ss>(\b(info|debug|warning|warn|error|panic|failure|failed|exception|trace)\b))/).to_s
record['message'].split('|')[3].downcase
DateTime.parse(record['message'].split('|')[0]).rfc3339(6)
if record.dig("kubernetes","annotations","log_type") then record["kubernetes"]["annotations"].delete("log_type"); end;
record["log"].gsub(/[\w+\-]+@[a-z\d\-]+(\.[a-z\d\-]+)*\.[a-z]+/i,"user@email.tld")
record["log"].gsub(/[0-9]{3}-*[0-9]{2}-*[0-9]{4}/,"xxx-xx-xxxx")
record["log"].gsub(/[0-9]{4} *[0-9]{4} *[0-9]{4} *[0-9]{4}/,"xxxx xxxx xxxx xxxx")
"k8s_container.#{tag_suffix[4].rpartition('.')[0].split('_')[1]}.#{tag_suffix[4].rpartition('.')[0].split('_')[0]}.#{tag_suffix[4].rpartition('.')[0].split('_')[2].rpartition('-')[0]}"
"k8s.#{tag_suffix[1].rpartition('.')[0].split('.')[1]}.#{tag_suffix[0].split('.')[2].rpartition('-')[0]}"
if (val = ENV.fetch('JOURNAL_READ_FROM_HEAD','')) && (val.length > 0); val; else 'false'; end
if (val = ENV.fetch('FLAG','')) && (val.length > 0); val; else 'false'; end
ENV['FLUENT_FILTER_KUBERNETES_URL'] || 'https://' + ENV.fetch('KUBERNETES_SERVICE_HOST') + ':' + ENV.fetch('KUBERNETES_SERVICE_PORT') + '/api'
ENV['FLUENT_ELASTICSEARCH_HOST']
ENV['FLUENT_ELASTICSEARCH_PORT'] || 9200
ENV['NOT_SET'] || 9200
ENV['KUBERNETES_VERIFY_SSL'] || true
ENV['FLUENT_ELASTICSEARCH_SCHEME'] || 'http'
ENV['RETENTION_IN_DAYS'] || 'nil'
ENV['JOURNAL_FILTERS_JSON'] || '[]'
ENV.fetch('REGION')
ENV.fetch('AWS_REGION', 'eu-central-1')
"#{ENV['LOGZIO_LOG_LISTENER']}?token=#{ENV['LOGZIO_LOG_SHIPPING_TOKEN']}"
"#{ENV['K8S_NODE_NAME']}-#{record["kubernetes"]["namespace_name"]}-#{record["kubernetes"]["pod_name"]}"
"#{ENV['SOURCE_CATEGORY_PREFIX']}"
ENV['INCLUDE_NAMESPACE'] || '**'
ENV['TOTAL_LIMIT_SIZE_PER_BUFFER'] || '8589934592'
ENV['FLUENTD_PROMETHEUS_PATH'] || '/metrics'
tag
tag_parts[3]
tag_parts[4]
"#{tag}-#{record["hostname"]}"
"json." + tag
hostname
record["request_uri"][/\/items\/\d+(\?.*)?/, 1]
record["kubernetes"]["pod_name"].split("-")[0..-3].join("-")
record["kubernetes"]["labels"].each_with_object({}) { |(k, v), h| h[k.tr("./", "__")] = v }
record["kubernetes"]["labels"].map { |k, v| [k.gsub(".", "_"), v] }.to_h
record["kubernetes"]["labels"].select { |k, _| k.start_with?("app") }
record.reject { |k, v| v.nil? || v == "" }
record.delete_if { |k, v| v.nil? }.keys
record.map { |k, v| [k.to_s, v.to_s[0, 5]] }.to_h
record["log"].include?("ERROR") ? "error" : "info"
record["log"].strip.empty? ? nil : record["log"].strip
record["kubernetes"]&.dig("labels", "app") || "none"
record.has_key?("log") && !record["log"].empty?
record["log"].length > 20 ? record["log"][0...20] + "..." : record["log"]
record["log"].scrub("?") rescue record["log"]
JSON.parse(record["json"]) rescue {"raw" => record["json"]}
JSON.parse(record["json"])["a"]
record["time"] || Time.at(time).utc.strftime("%Y-%m-%dT%H:%M:%S.%NZ")
time.strftime('%Y-%m-%dT%H:%M:%S%z')
time.to_i * 1000 + time.usec / 1000
record["kubernetes"]["namespace_name"] =~ /^kube-/ ? "system" : "apps"
case record["level"] when /err/i then 3 when /warn/i then 4 when "info", "" then 6 else 7 end
record["stream"].eql?("stderr") ? "ERROR" : "DEFAULT"
(record["log"] || record["message"] || "").to_s.force_encoding("UTF-8")
record["log"].encode("UTF-8", invalid: :replace, undef: :replace, replace: "?")
record["kubernetes"].to_json
record.to_json
record["log"].to_s.gsub(/\e\[[0-9;]*m/, '')
record["level"].to_s.upcase
record["kubernetes"].fetch("labels", {}).fetch("app", "unknown")
record["kubernetes"]["host"] || ENV["K8S_NODE_NAME"]
record["log"].split(" ", 3)
record["log"].split(/\s+/).map { |w| w.split("=", 2) }.select { |p| p.size == 2 }.to_h
Hash[record["message"].scan(/(\w+)=("[^"]*"|\S*)/)]
record["log"].match?(/user=(\w+)/) ? $1 : "none"
record["log"] =~ /user=(\w+)/ ? $1 : "none"
record["log"][/user=(\w+)/, 1] || "anonymous"
ENV['FLUENT_CONTAINER_TAIL_PARSER_TYPE'] || 'json'
ENV['KUBERNETES_CA_FILE']
ENV['FLUENT_KUBERNETES_METADATA_SKIP_LABELS'] || 'false'
ENV['FLUENT_KUBERNETES_METADATA_SKIP_CONTAINER_METADATA'] || 'false'
ENV['FLUENT_KUBERNETES_METADATA_SKIP_MASTER_URL'] || 'false'
ENV['FLUENT_KUBERNETES_METADATA_SKIP_NAMESPACE_METADATA'] || 'false'
ENV['LOGMATIC_API_KEY']
tag_suffix[4].rpartition('.')[0].split('_')[1]
tag_suffix[4].rpartition('.')[0].split('_')[0]
tag_suffix[4].rpartition('.')[0].split('_')[2].rpartition('-')[0]
record['log']
ENV['FLUENT_ELASTICSEARCH_HOST'] || 'elasticsearch.default.svc.cluster.local'
ENV['FLUENT_ELASTICSEARCH_PORT'] || '9200'
ENV['ES_HOST']
ENV['ES_PORT']
ENV['GELF_HOST']
ENV['GELF_PORT']
ENV['GELF_PROTOCOL']
ENV['GELF_TLS']
ENV['FLUENT_ELASTICSEARCH_PORT']
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'hello-world'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'hello-istio'
ENV['TIME_KEY']
ENV['CONTAINER_LOGS_PATH']
ENV['EXCLUDE_PATH']
ENV['READ_FROM_HEAD']
ENV['ENABLE_STAT_WATCHER']
ENV['MULTILINE_START_REGEXP']
ENV['CONCAT_SEPARATOR']
ENV['K8S_METADATA_FILTER_WATCH']
ENV['K8S_METADATA_FILTER_CA_FILE']
ENV['K8S_METADATA_FILTER_VERIFY_SSL']
ENV['K8S_METADATA_FILTER_CLIENT_CERT']
ENV['K8S_METADATA_FILTER_CLIENT_KEY']
ENV['K8S_METADATA_FILTER_BEARER_TOKEN_FILE']
ENV['K8S_METADATA_FILTER_BEARER_CACHE_SIZE']
ENV['K8S_METADATA_FILTER_BEARER_CACHE_TTL']
ENV['SOURCE_NAME']
ENV['SOURCE_HOST']
ENV['LOG_FORMAT']
ENV['KUBERNETES_META']
ENV['KUBERNETES_META_REDUCE']
ENV['ADD_STREAM']
ENV['ADD_TIME']
ENV['SOURCE_CATEGORY']
ENV['SOURCE_CATEGORY_PREFIX']
ENV['SOURCE_CATEGORY_REPLACE_DASH']
ENV['EXCLUDE_NAMESPACE_REGEX']
ENV['EXCLUDE_POD_REGEX']
ENV['EXCLUDE_CONTAINER_REGEX']
ENV['EXCLUDE_HOST_REGEX']
ENV['AUDIT_LOG_PATH']
ENV['FORWARD_INPUT_PORT']
ENV['FORWARD_INPUT_BIND']
ENV['COLLECTOR_URL']
ENV['VERIFY_SSL']
ENV['FLUSH_INTERVAL']
ENV['NUM_THREADS']
ENV['ADD_TIMESTAMP']
ENV['TIMESTAMP_KEY']
ENV['PROXY_URI']
ENV['EXCLUDE_FACILITY_REGEX']
ENV['EXCLUDE_PRIORITY_REGEX']
ENV['EXCLUDE_UNIT_REGEX']
ENV['FLUENT_ELASTICSEARCH_USER']
ENV['FLUENT_ELASTICSEARCH_PASSWORD']
ENV['FLUENT_ELASTICSEARCH_PATH']
ENV['FLUENT_ELASTICSEARCH_SSL_VERIFY'] || 'true'
ENV['FLUENT_ELASTICSEARCH_SSL_VERSION'] || 'TLSv1_2'
ENV['FLUENT_ELASTICSEARCH_RELOAD_CONNECTIONS'] || 'false'
ENV['FLUENT_ELASTICSEARCH_RECONNECT_ON_ERROR'] || 'true'
ENV['FLUENT_ELASTICSEARCH_RELOAD_ON_FAILURE'] || 'true'
ENV['FLUENT_ELASTICSEARCH_LOG_ES_400_REASON'] || 'false'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'centralizedlogs'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_DATEFORMAT'] || '%Y.%m.%d'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_FORMAT'] || 'true'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_INDEX_NAME'] || 'centralizedlogs'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_TYPE_NAME'] || 'fluentd'
ENV['FLUENT_ELASTICSEARCH_INCLUDE_TIMESTAMP'] || 'false'
ENV['FLUENT_SNIFFER_CLASS_NAME'] || 'Fluent::Plugin::ElasticsearchSimpleSniffer'
ENV['FLUENT_ELASTICSEARCH_REQUEST_TIMEOUT'] || '5s'
ENV['FLUENT_ELASTICSEARCH_BUFFER_FLUSH_THREAD_COUNT'] || '8'
ENV['FLUENT_ELASTICSEARCH_BUFFER_FLUSH_INTERVAL'] || '5s'
ENV['FLUENT_ELASTICSEARCH_BUFFER_CHUNK_LIMIT_SIZE'] || '2M'
ENV['FLUENT_ELASTICSEARCH_BUFFER_QUEUE_LIMIT_LENGTH'] || '32'
ENV['FLUENT_ELASTICSEARCH_BUFFER_RETRY_MAX_INTERVAL'] || '30'
ENV.fetch('AWS_REGION')
ENV.fetch('CLUSTER_NAME')
record["hostname"]
record["host"]
ENV['S3_LOGS_BUCKET_NAME']
ENV['S3_LOGS_BUCKET_REGION']
ENV['S3_LOGS_BUCKET_PREFIX']
ENV['ELASTICSEARCH_HOST']
ENV['ELASTICSEARCH_PORT']
record["kubernetes"]["labels"]["tekton_dev/pipelineRun"]
ENV['AWS_KEY_ID']
ENV['AWS_SEC_KEY']
ENV['S3_ENDPOINT']
ENV['FORCE_PATH_STYLE']
ENV['S3_BUCKET']
ENV['S3_REGION']
ENV['FLUENT_ELASTICSEARCH_HOST'] || '192.168.1.111'
ENV['ELASTIC_USER']
ENV['ELASTIC_PASSWORD']
ENV['OUTPUT_HOST']
ENV['OUTPUT_PORT']
ENV['OUTPUT_SCHEME']
ENV['OUTPUT_SSL_VERSION']
ENV['LOGSTASH_PREFIX']
ENV['OUTPUT_BUFFER_CHUNK_LIMIT']
ENV['OUTPUT_BUFFER_QUEUE_LIMIT']
ENV['FLUENTD_PROMETHEUS_BIND'] || '0.0.0.0'
ENV['FLUENTD_PROMETHEUS_PORT'] || '24231'
ENV['FLUENT_KUBERNETES_WATCH'] || 'true'
ENV['FLUENT_ELASTICSEARCH_LOGLEVEL'] || 'info'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_INDEX_NAME'] || 'logstash'
ENV['FLUENT_ELASTICSEARCH_SUPPRESS_TYPE_NAME'] || 'true'
ENV['FLUENT_ELASTICSEARCH_ENABLE_ILM'] || 'false'
ENV['FLUENT_ELASTICSEARCH_ILM_POLICY_OVERWRITE'] || 'false'
Time.now.getlocal('+09:00').strftime('%Y-%m-%dT%H:%M:%S%z').sub(/\d+:\d+:\d+/, '')
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_CONTAINER_PREFIX'] || 'k8s_containers'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_SYSTEM_PREFIX'] || 'k8s_system'
record.dig("kubernetes", "container_name")
ENV['POS_FILE']
ENV['CA_FILE']
ENV['BEARER_TOKEN_FILE']
ENV['LOG_FILE_REFRESH_INTERVAL']
ENV['ENV_ID']
ENV['LOGZIO_LOG_LISTENER']
ENV['LOGZIO_LOG_SHIPPING_TOKEN']
ENV['LOGZIO_BUFFER_TYPE']
ENV['LOGZIO_BUFFER_PATH']
ENV['LOGZIO_OVERFLOW_ACTION']
ENV['LOGZIO_CHUNK_LIMIT_SIZE']
ENV['LOGZIO_QUEUE_LIMIT_LENGTH']
ENV['LOGZIO_FLUSH_INTERVAL']
ENV['LOGZIO_RETRY_MAX_INTERVAL']
ENV['LOGZIO_RETRY_FOREVER']
ENV['LOGZIO_FLUSH_THREAD_COUNT']
ENV['CONTAINERS_PATH']
ENV['POS_FILE_PATH']
ENV['EXCLUDE_PATH'].split(',')
record["message"]
ENV['LOG_TYPE'] || 'k8s'
record.dig("message").match(/(?i)(?<ss>(\b(info|debug|warning|warn|error|panic|failure|failed|exception|trace)\b))/).to_s
if record.dig("dummy_level") =~ /^(?i)(error|failure|failed|exception|panic)$/ then "ERROR"; elsif record.dig("dummy_level")=~ /^(?i)(warn|warning)$/ then "WARNING" ; elsif record.dig("dummy_level") != "" then record.dig("dummy_level").upcase; else "INFO" end;
ENV['LOGZIO_LOG_LEVEL']
ENV['LOGGLY_URL']
ENV['OMS_WORKSPACE']
ENV['OMS_KEY']
ENV['FLUENT_ELASTICSEARCH_HOST'] || 'elasticsearch'
ENV['FLUENT_CONTAINER_TAIL_TAG'] || 'kubernetes.*'
ENV['FLUENT_CONTAINER_TAIL_PARSER_TIME_FORMAT'] || '%Y-%m-%dT%H:%M:%S.%NZ'
ENV['LOG_GROUP_NAME']
ENV['LOG_REJECTED_REQUEST']
ENV['LOGGLY_TOKEN']
ENV['LOGGLY_TAGS'] || 'fluentd'
ENV['GCS_BUCKET_PROJECT']
ENV['GCS_BUCKET_NAME']
record["http_device_id"]
ENV['MONGO_DNS']
ENV['FLUENT_BUFFER_CHUNK_LIMIT_SIZE'] || '256m'
ENV['FLUENT_BUFFER_FLUSH_INTERVAL'] || '60s'
ENV['FLUENT_BUFFER_FLUSH_THREAD_COUNT'] || 1
ENV['FLUENT_BUFFER_QUEUED_CHUNK_LIMIT_LENGTH'] || 32
ENV['FLUENT_BUFFER_CHUNK_TIME_KEY'] || '10s'
ENV['FLUENT_BUFFER_CHUNK_TIME_KEY_DELAY'] || '10s'
ENV['FLUENT_BUFFER_TOTAL_LIMIT_SIZE'] || '64g'
ENV['FLUENT_BUFFER_RETRY_WAIT'] || 1
ENV['S3_AWS_KEY_ID']
ENV['S3_AWS_SEC_KEY']
ENV['FLUENT_ELASTICSEARCH_HOST'] || 'elasticsearch-master-headless.demo.svc.cluster.local'
ENV['FLUENT_ELASTICSEARCH_HOST'] || '192.168.125.134'
ENV['FLUENT_ELASTICSEARCH_RELOAD_CONNECTIONS'] || 'true'
record['kubernetes']['container_name']
Time.at(time).getlocal("+05:30").strftime(@logstash_dateformat)
'https://' + ENV.fetch('KUBERNETES_SERVICE_HOST') + ':' + ENV.fetch('KUBERNETES_SERVICE_PORT') + '/api'
ENV['FLUENT_ELASTICSEARCH_SSL_VERIFY'] || 'false'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'nginx-error'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'nginx-access'
record["json_log"]["id"]
record["json_log"]["violations"]
record["json_log"]["enforcementAction"]
record["json_log"]["method"].nil? ? "N/A" : record["json_log"]["method"]
record["json_log"]["clientPort"]
record["json_log"]["host"]
record["json_log"]["responseCode"]
record["json_log"]["serverIp"]
record["json_log"]["serverPort"]
record["json_log"]["requestStatus"]
record["json_log"]["url"]
Base64.decode64(record["json_log"]["url"])
record["json_log"]["virtualServerName"].match(/^\d+-(.*?):/)[1]
record["json_log"]["geolocationCountryCode"]
record["json_log"]["enforcementState"]
record["json_log"]["requestDatetime"]
record["json_log"]["rawRequest"]
Base64.decode64(record["json_log"]["rawRequest"]["httpRequest"])
record["json_log"]["requestPolicy"]
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'nginx-nap-logs'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'nginx-nap-decoded'
ENV['FLUENT_ELASTICSEARCH_LOG_ES_400_REASON'] || 'true'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'nginx-l7dos'
record["kubernetes"]["namespace_name"]
record["kubernetes"]["container_name"]
record['kubernetes']['namespace_name']
ENV['LOG_LEVEL'] || 'warn'
ENV['POD_IP']
ENV['METRICS_CERT'] || '/etc/fluent/metrics/tls.crt'
ENV['METRICS_KEY'] || '/etc/fluent/metrics/tls.key'
ENV['BUFFER_QUEUE_LIMIT'] || '32'
ENV['BUFFER_SIZE_LIMIT'] || '8m'
ENV['FLUENT_ELASTICSEARCH_LOGSTASH_PREFIX'] || 'logstash'
