# Time, DateTime: reading, writing, counting.
time.to_i
time.to_f
time.to_s
time.utc.to_s
time.iso8601
time.iso8601(3)
time.utc.iso8601(6)
time.nsec
time.usec
time.year
time.month
time.day
time.hour
time.min
time.sec
time.wday
time.yday
time.zone
time.utc?
time.monday?
time.friday?
time.strftime("%Y-%m-%d")
time.strftime("%Y-%m-%dT%H:%M:%S.%NZ")
time.strftime("%Y-%m-%dT%H:%M:%S.%3N%z")
time.strftime("%Y-%m-%dT%H:%M:%S.%6N%:z")
time.strftime("%Y-%m-%dT%H:%M:%S.%L%::z")
time.strftime("%:::z %::z")
time.strftime("%b %e %H:%M:%S")
time.strftime("%B %d, %Y %I:%M %p")
time.strftime("%a %A %^a %^B %P %p %#p")
time.strftime("%d/%b/%Y:%H:%M:%S %z")
time.strftime("%s %j %U %W %V %G %g %u %w %C %y")
time.strftime("%-d %-m %-H %-I %e %k %l")
time.strftime("%F %T %R %D %r %X %x")
time.strftime("%c")
time.strftime("%v")
time.strftime("%n%t%%")
time.strftime("%10Y|%_5d|%05e|%-5d")
time.strftime("%10A|%^10a|%-10A")
time.strftime("%9N %1N %12N %L %6L")
time.strftime("%Q")
time.strftime("%E %Ey %Od")
time.strftime("no directives")
time.strftime("")
time.strftime("ü %Y")
time.strftime(nil)
time.getlocal("+09:00").to_s
time.getlocal("+09:00").strftime("%z %:z %Z|")
time.getlocal("-03:30").strftime("%z %:z %::z %:::z %H")
time.getlocal("+05:30").strftime("%Y.%m.%d")
time.getlocal("+00:00").strftime("%Z|%z")
time.utc.strftime("%Z")
time.localtime("+01:00").hour
time.getutc.zone
time + 60
(time + 60).to_i
(time + 0.5).nsec
(time - 86400).strftime("%Y-%m-%d")
time - Time.at(0)
(time - Time.at(1709288000)).round(3)
time > Time.at(0)
time == Time.at(1709288430, 123456789, :nsec)
time <=> Time.at(0)
time.round.nsec
time.round(3).nsec
time.floor(3).nsec
time.to_a
time.hour < 12 ? "am" : "pm"
Time.at(0).utc.to_s
Time.at(0).utc.iso8601
Time.at(1709288430).utc.strftime("%FT%TZ")
Time.at(1709288430.5).nsec
Time.at(1709288430.123).usec
Time.at(1709288430, 500).usec
Time.at(1709288430, 500, :millisecond).nsec
Time.at(1709288430, in: "+09:00").hour
Time.at(0, in: "UTC").zone
Time.at("1")
Time.at(nil)
Time.utc(2024, 2, 29).yday
Time.utc(2024, 2, 29, 12, 30, 15).to_i
Time.utc(2024, 2, 29, 12, 30, 15.25).nsec
Time.new(2024, 1, 2, 3, 4, 5, "+09:00").to_i
Time.new(2024, 1, 2, 3, 4, 5, "+09:00").to_s
Time.gm(2000).to_s
Time.mktime(2000, 1, 1).to_i
Time.local(2000, 12, 31).yday
Time.utc(2024, 13, 1)
Time.parse("2024-03-01T10:20:30.123Z").to_f
Time.parse("2024-03-01T10:20:30.123Z").nsec
Time.parse("2024-03-01T10:20:30+09:00").to_i
Time.parse("2024-03-01T10:20:30+09:00").to_s
Time.parse("2024-03-01 10:20:30 UTC").to_i
Time.parse("2024-03-01 10:20:30").to_i
Time.parse("2024-03-01").to_i
Time.parse("2024/03/01 10:20").to_i
Time.parse("Mar 1 2024 10:20:30").to_i
Time.parse("Fri, 01 Mar 2024 10:20:30 GMT").to_i
Time.parse("Fri Mar  1 10:20:30 2024").to_i
Time.parse("20240301T102030Z").to_i
Time.parse("2024-03-01 10:20:30.5 -0500").to_f
Time.parse("2024-03-01 10:20:30 PM").hour
Time.parse("nope")
Time.parse("")
Time.parse(nil)
Time.parse(record["message"].split("|")[0]).utc.iso8601(3) rescue "none"
Time.iso8601("2024-03-01T10:20:30Z").to_i
Time.iso8601("2024-03-01 10:20:30")
Time.strptime("2024-03-01 10:20:30", "%Y-%m-%d %H:%M:%S").to_i
Time.strptime("01/Mar/2024:10:20:30 +0100", "%d/%b/%Y:%H:%M:%S %z").to_i
Time.strptime("1709288430", "%s").to_i
Time.strptime("1709288430.25", "%s.%N").nsec
Time.strptime("2024-03-01T10:20:30.123456Z", "%Y-%m-%dT%H:%M:%S.%N%z").nsec
Time.strptime("bad", "%Y")
DateTime.parse("2024-03-01T10:20:30.5Z").to_s
DateTime.parse("2024-03-01T10:20:30.5Z").rfc3339(6)
DateTime.parse("2024-03-01T10:20:30+09:00").strftime("%H:%M %z %Z")
DateTime.parse("2024-03-01 10:20:30").to_time.to_i
DateTime.parse("nope")
DateTime.strptime("2024-03-01", "%Y-%m-%d").to_s
DateTime.parse("2024-03-01").iso8601
(DateTime.parse("2024-03-01") + 1).to_s
time.httpdate
time.rfc2822
(time.to_f * 1000).to_i
(time.to_f * 1000).round
time.strftime("%s%L").to_i
time.strftime("%Y.%W")
time.to_i / 3600
Time.now.to_i > 0
Time.now.utc.strftime("%Y").length
Time.now.is_a?(Time)
time.strftime("%z %10z %_10z")
Time.at(record["n"].to_i % 4_000_000_000).utc.year
