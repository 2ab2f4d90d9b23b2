# Control flow, variables, blocks, errors, conversions.
record["level"] || "none"
record["nope"] || record["level"]
record["yes"] && record["no"]
record["yes"] and record["level"]
not record["yes"]
!record["yes"]
record["level"].nil? ? "nil" : "set"
record["n"] == 7 ? "seven" : record["n"] == 0 ? "zero" : "other"
if record["yes"] then 1 end
if record["yes"]; "y"; elsif record["no"]; "n"; else "e"; end
unless record["yes"] then "no" else "yes" end
"big" if record["n"].to_i > 5
"small" unless record["n"].to_i > 5
case record["level"] when "info" then 1 when "warn", "Warning" then 2 else 3 end
case record["n"] when Integer then "int" when String then "str" when nil then "nil" else "?" end
case record["n"] when 0..5 then "low" when 6.. then "high" else "none" end
case when record["yes"] == true then "t" when record["no"] then "f" else "x" end
case record["level"] when *%w[info warn] then "list" else "no" end
case record["n"] when ->(x) { x.to_i > 5 } then "big" else "small" end
case record["log"] when /user=(\w+)/ then $1 when /status:(\d+)/ then $~[1] else "?" end
case record["level"] when nil then 0 end
x = record["n"]; x.to_i + 1
x = 1; x += 2; x *= 3; x
x = nil; x ||= 5; x &&= x + 1; x
x = 10; while x > 3; x -= 3; end; x
x = 0; until x >= 5 do x += 2 end; x
i = 0; loop { i += 1; break if i > 3 }; i
i = 0; r = while true; i += 1; break i * 2 if i > 4; end; r
s = 0; [1, 2, 3, 4].each { |x| next if x.even?; s += x }; s
[1, 2, 3].each { |x| break x * 10 if x == 2 }
[1, 2, 3].map { |x| next 0 if x == 2; x }
x = 5; [1, 2].each { |x| x }; x
x = 5; [1, 2].each { |y| x += y }; x
y = 1; f = ->(a) { a + y }; y = 10; f.call(1)
f = ->(a, b = 2) { a + b }; f.(1) + f.call(1, 1)
f = lambda { |a| a * 2 }; [1, 2].map(&f)
f = proc { |a, b| [a, b] }; f.call([1, 2])
f = proc { |a, b| [a, b] }; f.call(1)
f = ->(a) { return a * 2; 5 }; f[4]
f = ->(a, b) { a + b }; f.call(1)
fact = ->(n) { n < 2 ? 1 : n * fact.(n - 1) }; fact.(10)
add = ->(a) { ->(b) { a + b } }; add.(1).(2)
[1, 2].each_with_object([]) { |x, a| [3].each { |y| a << x * y } }
[[1, [2, 3]]].each { |a, (b, c)| return [a, b, c] }
return record["level"] if record["yes"]; "not"
begin; record["level"].upcase; rescue; "err"; end
begin; record["level"].upcase; rescue NoMethodError => e; e.class.to_s; end
begin; Integer("x"); rescue ArgumentError, TypeError; "bad"; else "ok"; ensure 1; end
begin; 1 / 0; rescue ZeroDivisionError => e; e.message; end
begin; raise "oops"; rescue => e; e.message; end
begin; raise ArgumentError, "bad arg"; rescue => e; "#{e.class}: #{e.message}"; end
begin; raise KeyError; rescue IndexError => e; e.class.name; end
begin; {}.fetch("a"); rescue KeyError; "key"; end
begin; JSON.parse("{"); rescue JSON::ParserError; "json"; end
begin; 5; ensure; 6; end
raise "oops"
raise ArgumentError
record["level"].upcase rescue "rescued"
(record["n"] / 0) rescue "div"
record.fetch("nope") rescue record.fetch("level") rescue "none"
undefined_name_here
undefined_function(1)
record["level"].then { |l| l.to_s + "!" }
record["level"].tap { |l| l }
record["level"].to_s.tap { |l| l.length }
record["level"].respond_to?(:upcase)
record["level"].send(:to_s)
record["level"].public_send("class").to_s
record["n"].is_a?(String) || record["n"].kind_of?(Integer)
record["n"].instance_of?(Integer)
record["level"].class == String
String === record["level"]
Integer === record["n"]
Hash === record["kubernetes"]
record["level"].nil?
record["null"].to_s
record["null"].to_a
record["null"].inspect
record["null"].to_i
nil.to_s.empty?
nil & true
nil.to_h
nil == false
true & false
true ^ true
false | nil
true.to_s
:sym.to_s
:sym.to_proc.call("x") rescue "none"
:a <=> :b
:abc.length
:"with space".inspect
:a.inspect
"#{:sym} #{nil} #{true} #{1.5} #{[1, nil]} #{{ a: 1 }}"
"a" "b"
"#{"nested #{1 + 1}"}"
"#{record["level"]}-#{record["n"]}"
'single #{no}'
"tab\tnl\n\\ \""
?a
defined?(record)
defined?(nothing_here)
defined?(String)
defined?(Nothing)
defined?(@x)
x = 1; defined?(x)
@instance.nil?
$~.nil?
"abc" =~ /b(c)/; $1
"abc" =~ /b/; $`
"abc" =~ /b/; $'
"abc" =~ /(a)(b)/; $~[2]
"abc" =~ /x/; $1
if "key=val" =~ /(?<k>\w+)=(?<v>\w+)/ then $~[:v] end
/(?<k>\w+)=(?<v>\w+)/ =~ "key=val"; [k, v]
"abc".match(/b/) { |m| m[0] * 2 } rescue "none"
Regexp.last_match(1) if "k=v" =~ /=(.)/
Regexp.escape("a.b*c?[d] -")
Regexp.new("a+").match("caat")[0]
Regexp.new("A", Regexp::IGNORECASE).match?("a")
Regexp.union("a.b", /c|d/).source
Regexp.union("a", "b").match?("b")
/a#{record["n"]}b/.source
/(\d+)/.match("a12")[1]
/a/i.match?("A")
/a b/x.match?("ab")
/a.b/m.match?("a\nb")
/^b$/.match?("a\nb\nc")
/\Ab\z/.match?("a\nb")
/\Aa/.match?("a\nb")
/a\Z/.match?("a\n")
/(?<=a)b/.match?("ab")
/a++b/.match?("aab")
/(?>a+)b/.match?("aab")
/\bfoo\b/.match?("a foo b")
/[[:alpha:]]+/.match("1äb")[0]
/[[:upper:]][[:lower:]]/.match("aBc")[0]
/\p{Alpha}+/.match("é1")[0]
/\w+/.match("éa")[0]
/\s/.match?("\u00a0")
/\d/.match?("٣")
/[^\w]/.match("aé")[0]
/\R/.match?("\r\n")
/\h{2}/.match("xyz4f")[0]
/(a)|(b)/.match("b").to_a
/(a)(b)?/.match("a").captures
/(?i)abc/.match?("ABC")
/a(?i)b/.match?("aB")
/a(?i:b)c/.match?("aBc")
/(?<y>\d+)-\g<y>/.match("12-34")[0]
/\Gab/.match?("ab")
/a{,2}b/.match("aab")[0]
/a{2}{3}/.match?("aaaaaa")
/[a-z&&[^aeiou]]+/.match("aeixyz")[0]
/\u00e9/.match?("é")
/\x41/.match?("A")
/\//.match?("/")
/(?<q>a)\k<q>/.match?("aa")
/(.)\1/.match("abb")[0]
/a.c/.match?("a\nc")
/\e/.match?("\e")
/[\d\-]+/.match("1-2")[0]
/./.match("😀")[0]
/^./.match("\n\na")[0]
/$/.match("a\n").begin(0)
/(?#comment)a/.match?("a")
/[é]/i.match?("É")
/\p{Han}/.match?("漢")
/[\p{L}\d]+/.match("--é1")[0]
/\X/.match("é")[0]
/(?:a|b)*?c/.match("abac")[0]
/\Aa.*z\z/m.match?("a\nz")
"a.b.c".gsub(".") { "-" }
"path/to/file.log".then { |p| File.basename(p, ".log") }
File.basename("/var/log/app.log")
File.basename("/var/log/app.log", ".*")
File.extname("a/b.tar.gz")
File.extname(".bashrc")
File.extname("a.")
File.dirname("/var/log/app.log")
File.dirname("app.log")
File.dirname("/a")
File.join("a", "/b/", "c")
File.join("a/", "b")
File.split("/a/b")
JSON.parse('{"a": [1, 2.0, null, true]}')
JSON.parse('{"a": 1}', symbolize_names: true)
JSON.parse("[1e3, 1.50, 12345678901234567890]")
JSON.parse("")
JSON.parse("nope")
JSON.parse(nil)
JSON.parse('"str"')
JSON.generate({ "a" => [1, nil, 2.0, "é\n"] })
JSON.generate(record["hash"])
JSON.pretty_generate({ "a" => [1, { "b" => 2 }], "c" => {}, "d" => [] })
{ a: :b, 1 => nil }.to_json
"é\"\\\u2028".to_json
nil.to_json
1.5.to_json
JSON.dump([1])
Base64.encode64("hello world " * 6)
Base64.strict_encode64("é")
Base64.decode64("aGk=")
Base64.strict_decode64("???")
Base64.urlsafe_decode64("aGk_")
Digest::MD5.hexdigest("a")
Digest::SHA1.hexdigest("a")
Digest::SHA256.hexdigest("a")[0, 8]
Digest::SHA256.hexdigest(record["log"])
URI.encode_www_form_component("a b&c/é~*")
URI.decode_www_form_component("a+b%26%C3%A9")
CGI.escape("a b&c~")
CGI.unescape("a+b%26")
IPAddr.new("10.1.2.3").to_s
IPAddr.new("10.0.0.0/8").include?("10.9.9.9")
IPAddr.new("10.0.0.0/8").include?("11.0.0.1")
IPAddr.new("10.1.2.3/24").to_s
IPAddr.new("::1").ipv6?
IPAddr.new("2001:db8::ff00:42:8329").to_s
IPAddr.new("nope")
IPAddr.new("192.168.1.1").private?
ENV["NOPE"]
ENV.fetch("NOPE")
ENV.fetch("NOPE", "d")
ENV.fetch("NOPE") { |k| k.downcase }
ENV["EMPTY"].empty? ? "e" : "f"
ENV.key?("FLAG")
ENV["FLAG"] == "true"
ENV.to_h.key?("FLAG")
tag.split(".").last
tag_parts.last
tag_parts[-2]
tag_parts[1..2].join("_")
tag_prefix[1]
tag_suffix[2]
tag_suffix[-1]
tag_parts.length
tag.sub("kubernetes.", "")
hostname.upcase
