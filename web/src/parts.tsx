// Small pieces that every section uses.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import * as format from './format'
import { missingText, missingWord, type Estimate, type Report } from './report'

export function Section(props: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.children}
    </section>
  )
}

export function NotMeasured(props: { reason: string }) {
  return (
    <p class="missing">
      <strong>not measured:</strong> {props.reason || 'no reason is on record'}
    </p>
  )
}

// A table that scrolls sideways in its own box where the screen is narrow.
export function Wide(props: { children: ComponentChildren; label: string }) {
  return (
    <div class="wide" role="region" aria-label={props.label} tabIndex={0}>
      {props.children}
    </div>
  )
}

export function Value(props: { of: Estimate }) {
  const { value, unit, withheld } = props.of
  if (value === null) return <span class="withheld" data-tip={withheld}>{missingWord(props.of)}</span>
  return <>{format.quantity(value, unit)}</>
}

export function Interval(props: { of: Estimate }) {
  const { low, high, unit, withheld } = props.of
  if (low !== null && high !== null) return <>{format.range(low, high, unit)}</>
  return withheld ? <span class="withheld" data-tip={withheld}>{missingWord(props.of)}</span> : <>none</>
}

export function Verdict(props: { verdict: string }) {
  return <span class={`verdict ${props.verdict}`}>{props.verdict}</span>
}

// What a rate may not stand without.
export function Conditions(props: { report: Report; concurrency?: string }) {
  const { batch_policy, concurrency, latency_budget } = props.report.conditions
  return (
    <dl class="conditions">
      <div><dt>Batch policy</dt><dd>{batch_policy}</dd></div>
      <div><dt>Concurrency</dt><dd>{props.concurrency ?? concurrency}</dd></div>
      <div><dt>Latency limit</dt><dd>{latency_budget}</dd></div>
    </dl>
  )
}

// Reasons of withheld figures, each once, with the figures that it holds back.
export function Withheld(props: { figures: [string, Estimate][] }) {
  const reasons = new Map<string, string[]>()
  for (const [id, estimate] of props.figures) {
    if (!estimate.withheld) continue
    reasons.set(missingText(estimate), [...(reasons.get(missingText(estimate)) ?? []), id])
  }
  if (reasons.size === 0) return null
  return (
    <ul class="notes">
      {[...reasons].map(([reason, ids]) => (
        <li key={reason}>
          {reason} <span class="ids">({ids.join(', ')})</span>
        </li>
      ))}
    </ul>
  )
}

// What a figure rests on.
export function Samples(props: { of: Estimate }) {
  return <>{props.of.value === null && props.of.samples === 0 ? '–' : format.grouped(props.of.samples)}</>
}

export function Methods(props: { figures: Estimate[] }) {
  const methods = new Set(
    props.figures
      .filter((f) => f.method && f.low !== null)
      .map((f) => `${f.confidence === null ? 'interval' : format.stated(f.confidence, 'ratio') + ' interval'}: ${f.method}`),
  )
  if (methods.size === 0) return null
  return <p class="note">{[...methods].map(format.unended).join('; ')}.</p>
}

// The width of an element's box, followed as it changes; 0 before it is known.
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const follow = () => setWidth(Math.floor(element.clientWidth))
    follow()
    const observer = new ResizeObserver(follow)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}

// A picture with its title, what it says in words, and what it is made of in numbers.
export function Plot(props: {
  title: string
  note?: ComponentChildren
  children: ComponentChildren
  numbers?: ComponentChildren
}) {
  return (
    <figure class="plot">
      <figcaption>
        <strong>{props.title}</strong>
        {props.note && <span class="note">{props.note}</span>}
      </figcaption>
      {props.children}
      {props.numbers && (
        <details>
          <summary>The numbers of this plot</summary>
          {props.numbers}
        </details>
      )}
    </figure>
  )
}

// One box for the whole page: it follows the pointer over, or the focus on, whatever has data-tip.
export function Tip() {
  const [tip, setTip] = useState<{ text: string; x: number; y: number } | null>(null)
  useEffect(() => {
    const show = (event: Event) => {
      const at = (event.target as Element | null)?.closest?.('[data-tip]')
      const text = at?.getAttribute('data-tip')
      if (!at || !text) return setTip(null)
      const box = at.getBoundingClientRect()
      const pointer = event instanceof PointerEvent
      setTip({ text, x: pointer ? event.clientX : box.left + box.width / 2, y: pointer ? event.clientY : box.bottom })
    }
    const hide = () => setTip(null)
    document.addEventListener('pointermove', show)
    document.addEventListener('pointerdown', show)
    document.addEventListener('focusin', show)
    document.addEventListener('focusout', hide)
    document.addEventListener('scroll', hide, true)
    return () => {
      document.removeEventListener('pointermove', show)
      document.removeEventListener('pointerdown', show)
      document.removeEventListener('focusin', show)
      document.removeEventListener('focusout', hide)
      document.removeEventListener('scroll', hide, true)
    }
  }, [])
  if (!tip) return null
  const right = tip.x > innerWidth / 2
  const low = tip.y > innerHeight - 140
  return (
    <div
      class="tip"
      role="status"
      style={{
        left: right ? 'auto' : `${tip.x + 12}px`,
        right: right ? `${innerWidth - tip.x + 12}px` : 'auto',
        top: low ? 'auto' : `${tip.y + 14}px`,
        bottom: low ? `${innerHeight - tip.y + 10}px` : 'auto',
      }}
    >
      {tip.text}
    </div>
  )
}
