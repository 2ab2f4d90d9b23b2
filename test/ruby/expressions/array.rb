# Array and Enumerable.
record["list"].first
record["list"].last
record["list"].first(2)
record["list"].last(2)
record["list"][0]
record["list"][-1]
record["list"][1..]
record["list"][0, 2]
record["list"][5]
record["list"].length
record["list"].empty?
record["list"].reverse
record["list"].sort
record["list"].sort.reverse
record["list"].sort_by { |x| x.to_s }
record["list"].uniq
record["list"].compact
record["list"].flatten
record["list"].join(",")
record["list"].join
record["list"].map(&:to_s)
record["list"].map(&:upcase)
record["list"].map { |x| x.to_s * 2 }
record["list"].each_with_index.map { |x, i| [i, x] }
record["list"].each_with_index.to_h { |x, i| [x, i] }
record["list"].map.with_index(1) { |x, i| "#{i}:#{x}" }
record["list"].select { |x| x.is_a?(String) }
record["list"].reject { |x| x.nil? }
record["list"].find { |x| x.to_s > "a" }
record["list"].detect { |x| x == "c" }
record["list"].find_index("c")
record["list"].index { |x| x == "a" }
record["list"].include?("a")
record["list"].include?(1)
record["list"].member?(nil)
record["list"].count
record["list"].count("a")
record["list"].count { |x| x.is_a?(String) }
record["list"].any?
record["list"].any? { |x| x == "a" }
record["list"].all? { |x| x.is_a?(String) }
record["list"].all?(String)
record["list"].none?
record["list"].one? { |x| x == "b" }
record["list"].any?(/[bx]/)
record["list"].group_by { |x| x.class.to_s }
record["list"].partition { |x| x.is_a?(String) }
record["list"].tally
record["list"].each_slice(2).to_a
record["list"].each_cons(2).to_a
record["list"].each_with_object([]) { |x, acc| acc << x.to_s }
record["list"].inject { |a, b| a.to_s + b.to_s }
record["list"].reduce("") { |a, b| a + b.to_s }
record["list"].zip([1, 2, 3])
record["list"].take(2)
record["list"].drop(1)
record["list"].take_while { |x| x != "c" }
record["list"].drop_while { |x| x != "c" }
record["list"].min
record["list"].max
record["list"].minmax
record["list"].min_by { |x| x.to_s }
record["list"].max_by { |x| x.to_s.length }
record["list"].values_at(0, 2, 9)
record["list"].rotate
record["list"].rotate(-1)
record["list"] + ["z"]
record["list"] - ["a"]
record["list"] & ["a", "b", 1]
record["list"] | ["q"]
record["list"] * 2
record["list"] * ","
record["list"] == ["b", "a", "c", "a"]
record["list"].dig(0)
record["list"].fetch(0)
record["list"].fetch(99, "none")
record["list"].fetch(99) { |i| i * 2 }
record["list"].fetch(99)
record["list"].to_a
record["list"].to_s
record["list"].inspect
record["list"].to_json
record["list"].each { |x| x }
record["list"].grep(/[a-c]/)
record["list"].grep(String) { |s| s.upcase }
record["list"].grep_v(/a/)
record["list"].flat_map { |x| [x, x] }
record["list"].filter_map { |x| x.upcase if x.is_a?(String) }
record["list"].sum("") rescue "none"
record["list"].each_index.to_a
record["list"].dup.push("p")
record["list"].dup.unshift("u")
record["list"].dup.insert(1, "i")
x = record["list"].dup; x.pop; x
x = record["list"].dup; x.shift; x
x = record["list"].dup; x << 1 << 2; x
x = record["list"].dup; x.concat([7], [8]); x
x = record["list"].dup; x.delete("a"); x
x = record["list"].dup; x.delete_at(0); x
x = record["list"].dup; x[1] = "one"; x
x = record["list"].dup; x[7] = "seven"; x
x = record["list"].dup; x.map!(&:to_s); x
x = record["list"].dup; x.reject!(&:nil?); x
record["list"].dup.uniq!
record["list"].dup.compact!
x = []; record["list"].each { |i| x.unshift(i) }; x
a, b = record["list"]; [b, a]
a, *b = record["list"]; b
*a, b = record["list"]; [a, b]
a, (b, c), d = 1, [2, 3], 4; [a, b, c, d]
a, b = b, a; [a, b]
[*record["list"], "end"]
[*1..3, *nil, *"s"]
[1, [2, [3, [4]]]].flatten
[1, [2, [3, [4]]]].flatten(1)
[[1, 2], [3, 4]].transpose
[[1, 2], [3, 4]].to_h
[[1, 2], [3, 4]].map { |a, b| a + b }
[[1, [2, 3]]].map { |a, (b, c)| a + b + c }
[[1, 2], [3, 4]].each_with_index.map { |(a, b), i| a * b + i }
[3, 1, 2].sort { |a, b| b <=> a }
[3, 1, 2].max(2)
[3, 1, 2].min(2)
[3, 1, 2].sort.first
[1, 2, 3, 4].sum { |x| x * 2 }
[1, 2, 3, 4].each_slice(2).map(&:sum)
["a", "b"].product([1, 2])
[1, 2, 3].combination(2).to_a
["b", "B", "a"].sort
["10", "9", "1"].sort_by(&:to_i)
[nil, 1, false, 2].compact
[1, "a", :b, 2.0, nil, true].map(&:class).map(&:to_s)
[1, 2] <=> [1, 3]
[1, 2] == [1, 2.0]
[1, 2].eql?([1, 2.0])
[1, 2, 3].first(0)
[].first
[].sum
[].max
[].inject(:+)
[].join("-")
[1, 2, 3].each_entry.to_a
[1, 2, 2, 3].uniq { |x| x.odd? }
["a=1", "b=2"].map { |s| s.split("=") }.to_h
["a", "b"].each_with_index.to_h
%w[apple pie a la mode].group_by(&:size)
%w[apple pie].map(&:length).sum
%w[a b c].each_with_object({}).with_index { |(x, h), i| h[x] = i }
%w[a b c].zip(1..3).to_h
%w[a b].include?(record["level"])
%w[info warn].include?(record["level"].to_s.downcase) ? "known" : "other"
[1, 2, 3].select.with_index { |x, i| i > 0 }
[1, 2, 3].inject(:+)
[1, 2, 3].inject(10, :+)
[1, 2, 3].reduce(:lcm)
(1..3).flat_map { |x| [x] * x }
[[3, "c"], [1, "a"]].sort
[[3, "c"], [1, "a"]].min
[[1, :a], [2, :b]].assoc(2)
[1, 2, 3].find_all { |x| x > 1 }
[1, 2, 3, 4, 5].each_cons(2).map { |a, b| b - a }
[5, 3, 9].each_with_index.max
[5, 3, 9].each_with_index.min_by { |x, i| x }
[1, 2, 3].reverse_each.to_a
["x"].first&.upcase
[1, nil].all?
[nil, false].none?
[1, 2, 3].none? { |x| x > 3 }
[0.1, 0.2, 0.3].sum.round(2)
[1, 2, 3].to_s
[1, [nil, true]].inspect
["a\n", :b, 1.5].inspect
[1, 2, 3].partition(&:even?)
[3, 5].minmax
["aa", "b"].max_by(&:length)
[1, 2, 3, 4].each_slice(3).to_a
