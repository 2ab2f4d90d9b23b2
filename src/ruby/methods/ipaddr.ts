/** IPAddr: an address or a network, whether one holds another. */
import { BlockList, isIP } from 'node:net';
import { text as need } from '../arguments.ts';
import { RubyError } from '../objects.ts';
import { type Classed, define } from './dispatch.ts';

class IpAddress implements Classed {
  readonly className = 'IPAddr';
  readonly bits: number;
  readonly version: 4 | 6;
  readonly value: bigint;

  constructor(value: bigint, bits: number, version: 4 | 6) {
    const size = version === 4 ? 32 : 128;
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(size - bits);
    this.value = value & mask;
    this.bits = bits;
    this.version = version;
  }

  toString(): string {
    return this.version === 4 ? v4Text(this.value) : v6Text(this.value);
  }

  includes(other: IpAddress): boolean {
    if (other.version !== this.version || other.bits < this.bits) return false;
    const size = BigInt((this.version === 4 ? 32 : 128) - this.bits);
    return other.value >> size === this.value >> size;
  }
}

function v4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

/** The longest run of zeros is left out, as addresses are written. */
function v6Text(value: bigint): string {
  const words = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const text = words.join(':');
  const runs = [...`:${text}:`.matchAll(/(?::0)+(?=:)/g)].sort((a, b) => b[0].length - a[0].length);
  const run = runs[0];
  if (run === undefined || run[0].length < 4) return text;
  const all = `:${text}:`;
  return `${all.slice(0, run.index)}:${all.slice(run.index + run[0].length)}`
    .replace(/^:(?!:)/, '')
    .replace(/(?<!:):$/, '')
    .replace(/^:::$/, '::')
    .replace(/:::/, '::');
}

function parse(text: string): IpAddress {
  const [address = '', mask] = text.replace(/^\[(.*)\]$/, '$1').split('/');
  const version = isIP(address);
  if (version === 0) throw new RubyError('IPAddr::InvalidAddressError', `invalid address: ${text}`);
  const kind = version as 4 | 6;
  const size = kind === 4 ? 32 : 128;
  const bits =
    mask === undefined ? size : isIP(mask) === 4 ? v4Value(mask).toString(2).replace(/0+$/, '').length : Number(mask);
  if (!Number.isInteger(bits) || bits < 0 || bits > size)
    throw new RubyError('IPAddr::InvalidPrefixError', `invalid length: ${text}`);
  return new IpAddress(kind === 4 ? v4Value(address) : v6Value(address), bits, kind);
}

function v4Value(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function v6Value(text: string): bigint {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
    return `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
}

const addressOf = (value: unknown) => (value instanceof IpAddress ? value : parse(need(value)));
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('fc00::', 7, 'ipv6');

define('IPAddr.', { new: (_s, [text]) => parse(need(text)) });
define('IPAddr', {
  to_s: (self: IpAddress) => self.toString(),
  inspect: (self: IpAddress) => `#<IPAddr: IPv${self.version}:${self}/${self.bits}>`,
  'include?': (self: IpAddress, [other]) => self.includes(addressOf(other)),
  '===': (self: IpAddress, [other]) => self.includes(addressOf(other)),
  '==': (self: IpAddress, [other]) => other instanceof IpAddress && other.value === self.value,
  'ipv4?': (self: IpAddress) => self.version === 4,
  'ipv6?': (self: IpAddress) => self.version === 6,
  'private?': (self: IpAddress) => PRIVATE.check(self.toString(), self.version === 4 ? 'ipv4' : 'ipv6'),
  'loopback?': (self: IpAddress) => (self.version === 4 ? self.value >> 24n === 127n : self.value === 1n),
  prefix: (self: IpAddress) => self.bits,
  to_i: (self: IpAddress) => (self.version === 4 ? Number(self.value) : self.value),
  mask: (self: IpAddress, [bits]) => new IpAddress(self.value, Number(bits), self.version),
});
