import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { masked, Secrets } from './secrets.ts';

describe('secrets inside of values', () => {
  it.each([
    ['elastic:pw@es1:9200', 'elastic:xxxxxx@es1:9200'],
    ['elastic:pw@es1:9200,joe:other@es2', 'elastic:xxxxxx@es1:9200,joe:xxxxxx@es2'],
    ['http://joe:pw@es:9200,https://es2:9200', 'http://joe:xxxxxx@es:9200,https://es2:9200'],
    ['https://:pw@es/path', 'https://:xxxxxx@es/path'],
    // An at sign that no host follows is part of a password.
    ['es1:9200,joe:pw@,:word@es2:9200', 'es1:xxxxxx@es2:9200'],
    ['http://joe://word@es:9200', 'http://joe:xxxxxx@es:9200'],
    ['Authorization:Bearer pw', 'Authorization:xxxxxx'],
    ['X-Name:shown,Authorization:Bearer pw', 'X-Name:shown,Authorization:xxxxxx'],
    ['{"Authorization":"pw","X-Name":"shown"}', '{"Authorization":"xxxxxx","X-Name":"shown"}'],
    ['{"nested":{"api_key":"pw"},"url":"http://a:pw@b"}', '{"nested":{"api_key":"xxxxxx"},"url":"http://a:xxxxxx@b"}'],
    ['curl -H "Authorization: Bearer pw" x', 'curl -H "Authorization: xxxxxx'],
    ['https://es:9200/path,/var/log/*.log', 'https://es:9200/path,/var/log/*.log'],
    ['es1:9200,es2:9200', 'es1:9200,es2:9200'],
    ['%Y-%m-%dT%H:%M:%S', '%Y-%m-%dT%H:%M:%S'],
  ])('%s is shown as %s', (value, shown) => expect(masked(value)).toBe(shown));

  // Visible characters, none of which ends the word.
  const secret = fc.stringMatching(/^[!-~]{8,20}$/).filter((text) => !/x{4}/.test(text));

  it('no password of a URL is shown, whatever characters it has, and each is told', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('http://joe:', 'joe:', 'https://h:1,joe:'), (password, before) => {
        // Without a scheme before the name, `joe://` is one.
        fc.pre(before === 'http://joe:' || !password.startsWith('//'));
        // A list may begin so, or be all of it; the output reads it like that.
        fc.pre(!/^\d*,|@[^:/@,]+[^@]*,[^@]*:/.test(password));
        const found: string[] = [];
        const shown = masked(`${before}${password}@es1:9200`, (text) => found.push(text));
        expect(shown).not.toContain(password);
        expect(found.join('\n')).toContain(password);
        expect(shown).toMatch(/@es1:9200$/);
      }),
    );
  });

  it('no header is shown, whatever characters it has', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('Authorization:', 'x-api-key: ', 'A:b,Cookie:'), (value, before) => {
        expect(masked(`${before}${value}`)).not.toContain(value);
        expect(masked(JSON.stringify({ [before.replace(/:.*/, '')]: 1, Authorization: value }))).not.toContain(value);
      }),
    );
  });

  it('a known secret is removed from any text, in quotes, in URLs and in base64', () => {
    fc.assert(
      fc.property(secret, fc.string(), (text, around) => {
        fc.pre(!around.includes(text));
        const secrets = new Secrets();
        secrets.addPair('joe', text);
        for (const form of [text, JSON.stringify(text), encodeURIComponent(text), btoa(`joe:${text}`), btoa(text)])
          expect(secrets.redact(`${around}${form}${around}`)).not.toContain(form);
      }),
    );
  });

  it('a short secret is removed where it stands alone', () => {
    const secrets = new Secrets();
    secrets.add('elastic');
    expect(secrets.redact('Elasticsearch elasticsearch: "elastic"')).toBe('Elasticsearch elasticsearch: "xxxxxx"');
  });
});
