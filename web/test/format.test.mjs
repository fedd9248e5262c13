import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { clean, cleaned } from '../.cache/test/clean.js'
import * as format from '../.cache/test/format.js'

const golden = JSON.parse(
  readFileSync(new URL('../../tests/golden/report/quantities.json', import.meta.url), 'utf8'),
)

test('the page writes quantities as the terminal does', () => {
  assert.ok(golden.quantities.length > 20)
  for (const { value, unit, text } of golden.quantities) {
    assert.equal(format.quantity(value, unit), text, `${value} ${unit}`)
  }
  for (const { low, high, unit, text } of golden.ranges) assert.equal(format.range(low, high, unit), text)
  for (const { value, unit, text } of golden.stated) assert.equal(format.stated(value, unit), text)
  for (const { value, text } of golden.shares) assert.equal(format.share(value), text)
  for (const { value, text } of golden.groups) assert.equal(format.grouped(value), text)
})

test('a bound names its side', () => {
  assert.equal(format.bound(10, null, '1/s'), '≥ 10/s')
  assert.equal(format.bound(null, 1e8, 'ns'), '≤ 100 ms')
  assert.equal(format.bound(null, null, 'ns'), 'no bound')
})

test('invisible characters are written out and ordinary ones stay', () => {
  assert.equal(clean('a\u202eb\u0007'), 'a\\u{202E}b\\u{7}')
  assert.equal(clean('µ ≤ 測試 🙂\n\t'), 'µ ≤ 測試 🙂\n\t')
})

test('every text of a document is cleaned, keys too, and numbers are left alone', () => {
  assert.deepEqual(cleaned({ 'k\u202e': ['\u0000', 1, null, { a: '\u200b' }], n: [1, 2] }), {
    'k\\u{202E}': ['\\u{0}', 1, null, { a: '\\u{200B}' }],
    n: [1, 2],
  })
})
