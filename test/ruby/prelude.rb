# What the comparison needs of CRuby: base64 (no part of its standard library any more), inspect as in Ruby 3.1, results as text.
$VERBOSE = nil
# As Fluentd starts Ruby: inspect shows characters beyond ASCII as code points.
Encoding.default_external = Encoding.default_internal = Encoding::ASCII_8BIT
require "json"
require "time"
require "date"
# ipaddr asks for sockets only to know the kinds of addresses.
$LOADED_FEATURES.push("socket.rb")
class IPSocket; end
class Socket
  AF_UNSPEC = 0
  AF_INET = 2
  AF_INET6 = 10
end

%w[ipaddr digest uri cgi securerandom].each do |name|
  require name
rescue LoadError
end

module Base64
  def self.encode64(s) = [s].pack("m")
  def self.strict_encode64(s) = [s].pack("m0")
  def self.urlsafe_encode64(s) = strict_encode64(s).tr("+/", "-_")
  def self.decode64(s) = s.unpack1("m").force_encoding("UTF-8")
  def self.strict_decode64(s) = s.unpack1("m0").force_encoding("UTF-8")
  def self.urlsafe_decode64(s) = s.tr("-_", "+/").then { |t| t.ljust((t.length + 3) / 4 * 4, "=") }.unpack1("m0").force_encoding("UTF-8")
end

class Hash
  def inspect
    return "{}" if empty?
    "{" + map { |k, v| "#{k.inspect}=>#{v.inspect}" }.join(", ") + "}"
  end
  alias to_s inspect
end

module Oracle
  # Text that differs exactly where results differ.
  def self.encode(value)
    case value
    when nil then "n"
    when true then "t"
    when false then "f"
    when Integer then "i#{value}"
    when Float then "d#{value}"
    when String then "s" + JSON.generate(value.dup.force_encoding("UTF-8").scrub("\uFFFD"))
    when Array then "[" + value.map { |v| encode(v) }.join(",") + "]"
    # A record's keys are texts, and those that are numbers come first in JavaScript: such hashes are compared without order.
    when Hash
      pairs = value.to_h { |k, v| [k.to_s, v] }.map { |k, v| encode(k) + ":" + encode(v) }
      pairs.sort! if value.keys.any? { |k| k.to_s.match?(/\A\d+\z/) }
      "{" + pairs.join(",") + "}"
    else "s" + JSON.generate(value.to_s)
    end
  end

  # As record_transformer runs an expression: a string evaluated where these names are known. Two expressions of a file, the
  # record once more after the run.
  def self.scope(record, time, tag, tag_parts, tag_prefix, tag_suffix, hostname, __code)
    instance_eval(__code)
  end

  def self.run(code, record)
    tag = "kubernetes.var.log.web"
    parts = tag.split(".")
    prefix = parts.each_index.map { |i| parts[0..i].join(".") }
    suffix = parts.each_index.map { |i| parts[i..].join(".") }
    nested = record.dup
    value = encode(scope(nested, Time.at(1709288430, 123456789, :nsec), tag, parts, prefix, suffix, "node-1", code))
    [value, encode(record)]
  rescue SyntaxError
    raise
  rescue Exception => e
    ["!" + e.class.name, ""]
  end

  def self.all(text)
    JSON.generate(JSON.parse(text).map { |code, records| records.map { |record| run(code, JSON.parse(record)) } })
  end
end
