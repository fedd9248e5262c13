// From values to places on a plot, and the round values that an axis names.

export interface Scale {
  at: (value: number) => number
  ticks: number[]
}

export function linear(low: number, high: number, from: number, to: number, wanted = 5): Scale {
  const span = high > low ? high - low : 1
  const raw = span / wanted
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? power
  const ticks: number[] = []
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-9); ++i) ticks.push(i * step)
  return { at: (value) => from + ((value - low) / span) * (to - from), ticks }
}

// `low` and `high` are positive. Ticks at 1, 2 and 5 where there is room for them, else at powers of ten.
export function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const a = Math.log10(low)
  const span = Math.max(Math.log10(high) - a, 1e-9)
  const room = Math.abs(to - from) / Math.max(span, 0.3)
  const multiples = room > 110 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let power = Math.floor(a); power <= Math.ceil(a + span); ++power) {
    for (const multiple of multiples) {
      const tick = multiple * 10 ** power
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick)
    }
  }
  return { at: (value) => from + ((Math.log10(value) - a) / span) * (to - from), ticks }
}
