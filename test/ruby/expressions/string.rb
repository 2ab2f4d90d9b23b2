# Methods of String.
record["s"].strip
record["s"].lstrip
record["s"].rstrip
record["s"].upcase
record["s"].downcase
record["s"].capitalize
record["s"].swapcase
record["s"].length
record["s"].bytesize
record["s"].reverse
record["s"].chars
record["s"].bytes.first(5)
record["s"].chomp
record["log"].chomp
record["log"].chomp("done\n")
record["log"].chop
record["log"].chomp("")
record["log"].lines
record["log"].lines.map(&:chomp)
record["log"].lines.first
record["log"].each_line.map { |l| l.length }
record["log"].each_char.first(3)
record["s"].squeeze
record["s"].squeeze("a-z")
record["s"].squeeze(" ")
record["s"].tr("a-y", "b-z")
record["s"].tr("^a-zA-Z", "_")
record["s"].tr("a-z", "A-Z")
record["s"].tr("aeiou", "*")
record["s"].tr("a-c", "")
record["s"].tr_s("a-z", "x")
record["s"].delete("a-c")
record["s"].delete("^a-z")
record["s"].delete("l", "a-m")
record["s"].count("a-z")
record["s"].count("aeiou")
record["s"].count("^a-z ")
record["s"].sub("a", "b")
record["s"].sub(/[a-z]+/) { |m| m.upcase }
record["s"].gsub("a", "b")
record["s"].gsub(/[aeiou]/, "<\\0>")
record["s"].gsub(/([a-z])([a-z])/, '\2\1')
record["s"].gsub(/(?<x>[a-z])/, '[\k<x>]')
record["s"].gsub(/[a-z]/) { |c| c.ord.to_s }
record["s"].gsub(/[a-z]/, "a" => "1", "e" => "2")
record["s"].gsub(/x*/, "-")
record["log"].gsub(/\d+/) { $&.to_i + 1 }
record["log"].gsub(/(\w+)=(\w+)/) { "#{$2}:#{$1}" }
record["log"].gsub(/\\/, "\\\\\\\\")
record["log"].gsub("\n", "\\n")
record["log"].gsub(/[^[:print:]]/, "?")
record["log"].gsub(/[[:space:]]+/, " ")
record["log"].gsub(/\p{L}+/, "L")
record["log"].gsub(/\h+/, "H")
record["s"].index("a")
record["s"].index("a", 2)
record["s"].index("a", -3)
record["s"].index(/[A-Z]/, 1)
record["s"].rindex("a")
record["s"].rindex("a", 3)
record["s"].rindex(/[a-z]/)
record["s"].include?("pad")
record["s"].start_with?("Camel", "  p")
record["s"].start_with?(/\s+/)
record["s"].end_with?("parts", " ")
record["s"].empty?
record["s"][0]
record["s"][-1]
record["s"][1..3]
record["s"][1...3]
record["s"][-3..-1]
record["s"][-3..]
record["s"][..2]
record["s"][2, 4]
record["s"][100]
record["s"][100..]
record["s"][0, 0]
record["s"][/[a-z]+/]
record["s"][/([a-z])([a-z])/, 2]
record["s"][/(?<one>[a-z])/, "one"]
record["s"]["text"]
record["s"].slice(1, 3)
record["s"].slice(/[A-Z]+/)
record["s"].byteslice(0, 3)
record["s"].partition(" ")
record["s"].partition(/[a-z]/)
record["s"].rpartition(" ")
record["s"].rpartition(/[a-z]+/)
record["s"].split
record["s"].split("")
record["s"].split(" ")
record["s"].split(/ /)
record["s"].split("", 3)
record["s"].split("a", -1)
record["s"].split("a", 2)
record["s"].split(/([aeiou])/)
record["s"].split(/(?=[A-Z])/)
record["s"].split(/[^a-z]+/i, 2)
record["log"].split("=").map(&:strip)
record["log"].split(/\s*\n\s*/)
record["message"].split("|").each_slice(2).to_a
record["s"].center(30, "*-")
record["s"].ljust(30, ".")
record["s"].rjust(30, "ab")
record["s"].rjust(3)
record["s"] * 3
record["s"] + "x"
record["s"] + record["message"]
"%s-%s" % [record["s"], record["n"]]
"%05d" % record["n"]
"%x" % record["n"]
"%.2f" % record["f"]
"%8.3f|" % record["f"]
"%-10s|" % record["s"]
"%10s|" % record["s"]
"%+d" % record["n"]
"%e" % record["f"]
"%g" % record["f"]
"%s %p" % [record["s"], record["s"]]
"%%" % []
"%<a>d %{b}" % { a: 1, b: record["s"] }
format("%03d-%s", record["n"].to_i, record["level"])
sprintf("%08b", record["n"].to_i)
sprintf("%o", record["n"].to_i)
sprintf("%c%c", 65, "z")
record["s"].to_i
record["f"].to_s
record["n"].to_s
record["s"].to_sym
record["s"].to_s.to_sym.to_s
"0x1A".hex
"ff".hex
"zz".hex
"0755".oct
"0x1f".oct
"12abc".to_i
"abc".to_i
"  42  ".to_i
"-17".to_i
"1_000".to_i
"1__0".to_i
"ff".to_i(16)
"0b101".to_i(2)
"z".to_i(36)
"12345678901234567890123".to_i
"3.7xyz".to_f
".5".to_f
"1e3".to_f
"1e".to_f
"-1.5e-3".to_f
"abc".to_f
"1_0.5".to_f
record["n"].to_i
record["f"].to_f
record["f"].to_i
record["s"].succ
"az".succ
"zz".succ
"a9".succ
"Zz".succ
"1.9".succ
"-9".succ
"".succ
"a".upto("e").to_a
("a".."e").to_a
("aa".."ad").map(&:upcase)
record["s"].ord
record["s"].chr
record["s"].sum
record["s"].casecmp("camelcasestring_WITH-mixed.parts")
record["s"].casecmp?("ÄÖÜ ÄÖÜ SS")
record["s"] <=> "m"
record["s"] == "aaa bbb  ccc"
record["s"].eql?("x")
record["s"] < "b"
record["s"].between?("a", "z")
record["s"].ascii_only?
record["s"].valid_encoding?
record["s"].inspect
record["log"].inspect
record["log"].dump
record["s"].insert(2, "XX")
record["s"].prepend(">> ")
record["s"].delete_prefix("Camel")
record["s"].delete_suffix("parts")
record["s"].codepoints.first(4)
record["s"].unpack1("H*")
[record["s"]].pack("m0")
record["s"].each_char.with_index.map { |c, i| "#{i}#{c}" }.first(3)
record["s"].scan(/[a-z]+/)
record["s"].scan(/([a-z])([a-z])/)
record["s"].scan(/./).length
record["log"].scan(/\d+/).map(&:to_i)
record["log"].scan(/(\w+)=(\S+)/).to_h
record["log"].scan(/./m).size
record["s"].match(/(?<first>[a-z]+)/)&.[](:first)
record["s"].match(/(?<first>[a-z]+)/)["first"]
record["s"].match(/([a-z]+)/).captures
record["s"].match(/(?<a>[a-z])(?<b>[a-z])/).named_captures
record["s"].match(/[a-z]/).pre_match
record["s"].match(/[a-z]/).post_match
record["s"].match(/[a-z]+/).begin(0)
record["s"].match(/[a-z]+/).end(0)
record["s"].match(/q/)
record["s"].match?(/[A-Z]/)
record["s"] =~ /[a-z]/
record["s"] !~ /[a-z]/
/[a-z]/ =~ record["s"]
/[a-z]/.match?(record["s"])
/[a-z]/ === record["s"]
record["s"].to_str
record["s"].itself
record["s"].hash == record["s"].hash
record["s"].frozen?.class == true.class || true
+"" << "a" << record["s"]
x = +""; record["list"].each { |i| x << i }; x
x = record["s"].dup; x << "!"; x
x = record["s"].dup; x.upcase!; x
record["s"].dup.upcase!
record["s"].dup.gsub!(/q/, "z")
record["s"].dup.gsub!(/[a-z]/, "z")
record["s"].dup.strip!
record["s"].dup.sub!("a", "b")
x = record["s"].dup; x[0] = "Z"; x
x = record["s"].dup; x[/[a-z]+/] = "Z"; x
x = record["s"].dup; x.slice!(0, 2); x
x = record["s"].dup; x.slice!(/[a-z]+/)
x = "abc".dup; x.concat("d", "e"); x
x = "abc".dup; x.insert(-1, "z"); x
x = "abc".dup; x.replace("q"); x
x = "abc".dup; x.clear; x
"é".unicode_normalize(:nfd).length
"straße".upcase
"ÉTÉ".downcase
"😀x".length
"😀x".reverse
"😀x"[1]
"😀x".index("x")
"a😀b" =~ /b/
"a😀b".gsub(/./, "-")
"a😀b".split("")
"a😀b".tr("😀", "y")
"a😀b".center(9, "😀")
'a\nb'
"a\tb\u00e9\x41\101\e"
%q(single 'q')
%Q(double #{record["n"]})
%w[a b c]
%i[a b]
"abc" "def"
"a,b;c".split(/[,;]/)
"abc".each_char.to_a
"hello world".split.map(&:capitalize).join(" ")
"snake_case_word".split("_").map.with_index { |w, i| i == 0 ? w : w.capitalize }.join
"CamelCase".gsub(/([A-Z])/) { "_" + $1.downcase }.sub(/^_/, "")
"title case".gsub(/\b\w/) { |c| c.upcase }
"a-b_c".tr("-_", "  ")
"hello"*0
"abc".sum
"ab\0c".length
"tel: 555-1234"[/\d{3}-\d{4}/]
"é \u0001\u007f\u{1f600}\u2028 \\u0041".inspect
"é \u0001\u007f\u{1f600} \\u0041 \0".dump
"x #{{ "ü" => ["é", nil] }}"
["é", :"ü"].to_s
