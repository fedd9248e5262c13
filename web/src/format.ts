// Quantities in words: the same rules as src/base/units.cc and src/report/words.cc. Both are held
// against tests/golden/report/quantities.json.

// The largest unit of which the value, rounded to what is shown, is at least one.
function scaled(value: number, units: [string, number][]): [string, string] {
  const rounded = Number(Math.abs(value).toExponential(2))
  let chosen = units[0]!
  for (const unit of units) if (rounded >= unit[1]) chosen = unit
  return [number(value / chosen[1]), chosen[0]]
}

// Three significant digits, no exponent between 1e-4 and 1e7.
export function number(value: number, digits = 3): string {
  if (value === 0) return '0'
  // The exponent after rounding: 9.996 is 10.0 with three digits.
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string]
  const power = Number(exponent)
  if (power < -4 || power >= 7) return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  return value.toFixed(Math.max(0, digits - 1 - power))
}

// Six digits at most, without zeros at the end of a fraction.
export function plain(value: number): string {
  const text = number(value, 6)
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text
}

export function count(value: number): string {
  const [text, unit] = scaled(value, [['', 1], ['k', 1e3], ['M', 1e6], ['G', 1e9], ['T', 1e12]])
  return unit === '' ? text : `${text} ${unit}`
}

export function duration(ns: number): string {
  return scaled(ns, [['ns', 1], ['µs', 1e3], ['ms', 1e6], ['s', 1e9]]).join(' ')
}

export function bytes(value: number): string {
  return scaled(value, [['B', 1], ['KiB', 1024], ['MiB', 1024 ** 2], ['GiB', 1024 ** 3]]).join(' ')
}

export const rate = (perSecond: number): string => number(perSecond) + '/s'
export const ratio = (value: number): string => number(value * 100) + ' %'

export function quantity(value: number, unit: string): string {
  if (unit === 'ns') return duration(value)
  if (unit === 's') return duration(value * 1e9)
  if (unit === '1/s') return rate(value)
  if (unit === 'ratio') return ratio(value)
  if (unit === 'bytes') return bytes(value)
  if (unit === '1') return number(value)
  const text = count(value)
  return /[0-9]$/.test(text) ? `${text} ${unit}` : text + unit
}

// A value that somebody stated, as exactly as six digits can: "100 ms", "12.345/s", "5 %".
export function stated(value: number, unit: string): string {
  if (unit === 'ns') {
    const units: [number, string][] = [[1e9, ' s'], [1e6, ' ms'], [1e3, ' µs'], [1, ' ns']]
    const [factor, name] = units.find(([f]) => value >= f) ?? [1, ' ns']
    return plain(value / factor) + name
  }
  if (unit === '1/s') return plain(value) + '/s'
  if (unit === 'ratio') return plain(value * 100) + ' %'
  return unit === '1' ? plain(value) : `${plain(value)} ${unit}`
}

function unitAt(text: string): number {
  const blank = text.lastIndexOf(' ')
  if (blank >= 0) return blank
  const slash = text.lastIndexOf('/s')
  return slash >= 0 ? slash : text.length
}

// "11.9–12.8 ms"; "980 µs – 1.02 ms" where the ends have different units.
export function range(low: number, high: number, unit: string): string {
  const from = quantity(low, unit)
  const to = quantity(high, unit)
  if (from.slice(unitAt(from)) === to.slice(unitAt(to))) return from.slice(0, unitAt(from)) + '–' + to
  return low === 0 ? '0–' + to : `${from} – ${to}`
}

export function bound(atLeast: number | null, atMost: number | null, unit: string): string {
  if (atLeast !== null) return '≥ ' + stated(atLeast, unit)
  if (atMost !== null) return '≤ ' + stated(atMost, unit)
  return 'no bound'
}

// A share of a whole, to a tenth of a percent.
export function share(value: number): string {
  return value > 0 && value < 0.0005 ? '< 0.1 %' : (value * 100).toFixed(1) + ' %'
}

export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

// A sentence that goes on: without its full stop.
export const unended = (text: string): string => text.replace(/\.$/, '')

export const counted = (value: number, noun: string): string =>
  `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`
