# Integer and Float.
record["n"] + 1
record["n"] - 10
record["n"] * 3
record["n"] / 2
record["n"] % 4
record["n"] ** 2
-record["n"]
+record["n"]
record["n"].abs
record["n"] + record["f"]
record["n"] * record["f"]
record["n"] / record["f"]
record["f"] % 2
record["f"] / 3
record["f"] * 2
record["f"] - 0.5
record["f"].round
record["f"].round(1)
record["f"].round(-1)
record["f"].floor
record["f"].ceil
record["f"].truncate
record["f"].floor(1)
record["f"].ceil(1)
record["f"].to_i
record["f"].to_s
record["f"].nan?
record["f"].infinite?
record["f"].abs
record["n"].zero?
record["n"].positive?
record["n"].negative?
record["n"].even?
record["n"].odd?
record["n"].succ
record["n"].pred
record["n"].to_f
record["n"].to_s(2)
record["n"].to_s(16)
record["n"].digits
record["n"].bit_length
record["n"] & 3
record["n"] | 8
record["n"] ^ 5
~record["n"]
record["n"] << 2
record["n"] >> 1
record["n"][0]
record["n"] <=> 5
record["n"] == 7.0
record["n"] > 3 && record["n"] < 100
record["n"].between?(1, 10)
record["n"].clamp(1, 5)
record["n"].clamp(..3)
record["n"].divmod(4)
record["n"].fdiv(4)
record["n"].div(4)
record["n"].modulo(-4)
record["n"].remainder(-4)
record["n"].gcd(4)
record["n"].lcm(4)
record["n"].round(-1)
record["n"].floor(-1)
record["n"].ceil(-2)
record["n"].times.to_a.length if record["n"].to_i < 100
record["n"].integer?
record["n"].is_a?(Integer)
record["n"].is_a?(Numeric)
record["f"].is_a?(Float)
record["n"].class.name
record["f"].class.to_s
record["n"].coerce(2.5)
record["n"].to_s.rjust(5, "0")
record["nums"].sum
record["nums"].max
record["nums"].min
record["nums"].sum / record["nums"].size.to_f
record["nums"].inject(:+)
record["nums"].reduce(1) { |a, b| a * b }
record["nums"].map { |x| x * 2 }
7 / 2
-7 / 2
7 % -3
-7 % 3
-7.remainder(3)
7.0 / 2
7.fdiv(2)
2 ** 10
2 ** 100
2 ** 0.5
10 ** 20
10.0 ** 20
1e15
1e16
1e-4
0.00001
123456789.123456789
1e100
1.0
-0.0
0.1 + 0.2
[0.1, 0.2, 0.3].sum
[1, 2.5].sum
1.0 / 0
-1.0 / 0
(0.0 / 0).nan?
1 / 0
1 % 0
3.7 % 1
-3.7.truncate
3.5.round
4.5.round
-2.5.round
2.675.round(2)
1234.567.round(-2)
1e20.to_i
12345678901234567890 + 1
12345678901234567890 / 7
-12345678901234567890 % 7
0x1f + 0b11 + 0o17
1_000_000
5.times.map { |i| i * i }
1.upto(4).to_a
4.downto(1).map { |i| i }
1.step(10, 3).to_a
10.digits.sum
Integer("42")
Integer("0x1A", 16)
Integer("abc")
Integer("12abc") rescue -1
Integer(nil)
Integer("7", exception: false)
Integer("x", exception: false)
Integer(" 42 ")
Integer(3.99)
Float("3.5")
Float("3.5abc")
Float("x") rescue 0.0
Float("1e3")
Float(nil)
record["n"].to_i + record["f"].to_f
Integer(record["n"]) rescue nil
Float(record["f"]) rescue nil
String(record["n"])
Array(record["list"])
Array(record["kubernetes"]).length
Array(nil)
Math.sqrt(16)
Math.sqrt(record["n"])
Math.log(100, 10)
Math.log10(1000)
Math.log2(8)
Math::PI.round(5)
Math.hypot(3, 4)
3.14.to_s
100.0.to_s
1e2.to_i
65.chr
1 <=> "a"
1 == 1.0
1.eql?(1.0)
1.equal?(1)
5.clamp(1, 3)
5.pred
(1..10).sum
(1..10).step(3).to_a
(1...10).size
(1..10).include?(5)
(1..10) === 5.5
(1..) === 100
(..5).include?(3)
(1..10).each_slice(4).map(&:sum)
(1..3).reduce(:*)
(1..4).each_cons(2).to_a
(1..3).to_a.reverse
(1..3).zip(4..6)
(1..6).partition(&:even?)
(1..6).group_by { |i| i % 3 }
(1..3).each_with_index.map { |x, i| x * i }
(1..3).inject { |a, b| a - b }
(1.5..2.5).include?(2)
1.next
10.pow(3)
10.pow(3, 7)
1.0.to_i
-1.abs
rand(1)
record["n"] + "1"
record["n"] + nil
nil + 1
"5" + 5
"5" * "5"
[1] + nil
