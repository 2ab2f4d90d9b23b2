# Hash.
record["kubernetes"]["labels"]
record["kubernetes"]["labels"]["app"]
record["kubernetes"].keys
record["kubernetes"].values
record["kubernetes"].length
record["kubernetes"].size
record["kubernetes"].empty?
record["kubernetes"].key?("labels")
record["kubernetes"].has_key?("nope")
record["kubernetes"].include?("pod_name")
record["kubernetes"].value?("web")
record["kubernetes"].key("web")
record["kubernetes"].fetch("pod_name")
record["kubernetes"].fetch("nope", "default")
record["kubernetes"].fetch("nope") { |k| k.upcase }
record["kubernetes"].fetch("nope")
record["kubernetes"].dig("labels", "app")
record["kubernetes"].dig("labels", "nope", "x")
record.dig("hash", "b", "c", 2, "d")
record.dig("hash", "a", "b")
record["kubernetes"].merge("x" => 1)
record["kubernetes"].merge({ "pod_name" => "p" }, { "y" => 2 })
record["hash"].merge({ "a" => 5 }) { |k, o, n| [o, n] }
record["hash"].select { |k, v| v.is_a?(Integer) }
record["hash"].reject { |k, v| v.nil? }
record["hash"].filter_map { |k, v| k if v }
record["hash"].map { |k, v| "#{k}=#{v}" }
record["hash"].map { |pair| pair }
record["hash"].map(&:first)
record["hash"].flat_map { |k, v| [k, v] }
record["hash"].to_a
record["hash"].to_h { |k, v| [k.to_s.upcase, v.to_s] }
record["hash"].each_with_object({}) { |(k, v), h| h[v.to_s] = k }
record["hash"].each_with_index.map { |(k, v), i| "#{k}#{i}" }
record["hash"].inject(0) { |sum, (k, v)| sum + (v.is_a?(Integer) ? v : 0) }
record["hash"].sort
record["hash"].sort_by { |k, v| k.to_s }.to_h
record["hash"].sort_by { |k, v| v.to_s }
record["hash"].min_by { |k, v| k }
record["hash"].max_by { |k, v| v.to_s }
record["hash"].sum { |k, v| v.is_a?(Integer) ? v : 0 }
record["hash"].count
record["hash"].count { |k, v| v.nil? }
record["hash"].any? { |k, v| v.nil? }
record["hash"].all? { |k, v| v }
record["hash"].none?
record["hash"].find { |k, v| v == 1 }
record["hash"].partition { |k, v| v }
record["hash"].group_by { |k, v| v.class.to_s }
record["hash"].each_pair.to_a
record["hash"].transform_values(&:to_s)
record["hash"].transform_values { |v| v.nil? ? "" : v }
record["hash"].transform_keys(&:to_sym)
record["hash"].transform_keys { |k| "p_" + k }
record["hash"].transform_keys({ "a" => "z" })
record["hash"].invert
record["hash"].slice("a", "nope")
record["hash"].except("a")
record["hash"].compact
record["hash"].first
record["hash"].first(1)
record["hash"].values_at("a", "b", "zz")
record["hash"].to_s
record["hash"].inspect
record["hash"].to_json
record["hash"] == { "b" => 2, "a" => 1, "c" => nil }
record["hash"].eql?({})
record["hash"].key?(:a)
record["hash"].each { |k, v| v }
record["hash"].each_key.to_a
record["hash"].keys.sort.join(",")
record["hash"].values.compact.length
record["hash"].dup.delete("a")
h = record["hash"].dup; h.delete("a"); h
h = record["hash"].dup; h["new"] = 1; h
h = record["hash"].dup; h.store("new", 2); h
h = record["hash"].dup; h.merge!("q" => 1); h
h = record["hash"].dup; h.delete_if { |k, v| k == "a" }; h
h = record["hash"].dup; h.reject! { |k, v| k == "zzz" }
h = record["hash"].dup; h.transform_values!(&:to_s); h
h = record["hash"].dup; h.clear; h
h = record["hash"].dup; h["n"] ||= 5; h["n"] ||= 6; h
h = Hash.new(0); record["list"].each { |x| h[x] += 1 }; h
h = Hash.new { |hash, k| hash[k] = k * 2 }; h["ab"]; h
h = Hash.new { |hash, k| hash[k] = [] }; h[:a] << 1; h[:a] << 2; h
h = {}; record["list"].each_with_index { |x, i| h[i] = x }; h
{ "a" => 1 }.merge({ "b" => 2 })
{ a: 1, "b": 2, "c d": 3 }
{ a: 1 }[:a]
{ a: 1 }["a"]
{ 1 => "i", 1.0 => "f", nil => "n", [1] => "a" }[1.0]
{ [1, "a"] => 2 }[[1, "a"]]
{ a: { b: 1 } }.dig(:a, :b)
{ "a" => nil }.fetch("a")
{ "a" => 1, "b" => 2 }.min_by { |k, v| -v }
{ "a" => 1 }.to_a.flatten
{ "b" => 1, "a" => 2 }.sort.to_h
{ "b" => 1, "a" => 2 }.sort_by { |_, v| -v }.first
{ "x" => [1, 2] }.flat_map { |k, v| v.map { |i| "#{k}#{i}" } }
{ "a" => 1, **{ "b" => 2 } }
{ "a" => "1" }.map { |k, v| [k.to_sym, v.to_i] }.to_h
{ a: 1, b: 2 }.each_with_object([]) { |(k, v), acc| acc << k << v }
{ a: 1, b: 2 }.select { |k| k == :a }
{ a: 1, b: 2 }.find { |k, v| v == 2 }&.first
{ a: nil }.compact.empty?
{ "a" => { "b" => 1 } }.to_s
{ "k" => :sym, s: "str" }.inspect
{ "a" => 1 } == { "a" => 1.0 }
{ b: 1, a: 2 }.min
{ b: 1, a: 2 }.sum { |k, v| v }
{ b: 1, a: 2 }.reduce(0) { |acc, (k, v)| acc + v }
{ b: 1 }.any?
{}.empty?
{}.first
{ "a" => 1 }.key(1)
{ "a" => 1 }.invert
{ "a" => 1 }.zip([9])
{ "a" => 2 }.each_with_index.to_a
{ "a.b" => 1, "c" => 2 }.transform_keys { |k| k.tr(".", "_") }
{ "a" => 1 } <= { "a" => 1, "b" => 2 }
record.keys
record.keys.first(3)
record.values.compact.length
record.length
record.select { |k, v| v.is_a?(String) }.keys
record.slice("level", "stream")
record.except("kubernetes", "log", "hash").keys
record.merge("extra" => "x")["extra"]
record.key?("log")
record.fetch("nope", "dflt")
record.fetch("level")
record.any? { |k, v| v.nil? }
record.to_a.length
record.each_with_object({}) { |(k, v), h| h[k] = v.class.to_s }
record.map { |k, v| k }.sort
record.sort_by { |k, v| k }.first
record.min_by { |k, v| k.length }
record.group_by { |k, v| v.class.to_s }.keys.sort
record.count { |k, v| v.is_a?(Hash) }
record.dig("kubernetes", "labels")&.map { |k, v| "#{k}:#{v}" }&.join(",")
record["a"]["b"]
record["a"]&.fetch("b")
record["kubernetes"]["labels"].to_a.flatten.join("/")
record["kubernetes"]["x"] = 1
record["kubernetes"].delete("labels")
record["kubernetes"].delete("labels"); record["kubernetes"].keys
record["kubernetes"]["labels"]["new"] = "v"; record["kubernetes"]["labels"].keys
record["hash"].merge!("zz" => 1); record["hash"]["zz"]
record["list"] << "tail"; record["list"].last
record["list"].push(1, 2).length
record["x"] = 5; record["x"]
record.delete("log"); record["log"]
record = record.merge("a" => 1); record["a"]
