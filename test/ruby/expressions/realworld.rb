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
