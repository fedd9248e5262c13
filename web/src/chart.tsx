// uPlot as a component: drawn again when its width or the colour scheme changes, zoomed together with
// the other charts of its group.
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useWidth } from './parts'

export type Group = Set<uPlot>

export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

// Counts up whenever the colours change: another scheme, or paper.
function useScheme(): number {
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const again = () => setTurn((n) => n + 1)
    const queries = ['(prefers-color-scheme: dark)', 'print'].map((query) => matchMedia(query))
    for (const query of queries) query.addEventListener('change', again)
    return () => {
      for (const query of queries) query.removeEventListener('change', again)
    }
  }, [])
  return turn
}

// Zooming one chart zooms the others.
function zoomTogether(group: Group): uPlot.Plugin {
  return {
    hooks: {
      setScale: (u, key) => {
        if (key !== 'x') return
        const { min, max } = u.scales['x']!
        if (min == null || max == null) return
        for (const other of group) {
          if (other !== u && (other.scales['x']!.min !== min || other.scales['x']!.max !== max)) other.setScale('x', { min, max })
        }
      },
      destroy: (u) => {
        group.delete(u)
      },
    },
  }
}

// A box beside the pointer with what `words` says of the place; nothing when it says nothing.
function hoverBox(words: (u: uPlot, index: number) => string): uPlot.Plugin {
  const box = document.createElement('div')
  box.className = 'tip inplot'
  return {
    hooks: {
      init: (u) => {
        u.over.append(box)
      },
      setCursor: (u) => {
        const { left, top, idx } = u.cursor
        const text = left == null || left < 0 || idx == null || !u.over.matches(':hover') ? '' : words(u, idx)
        box.hidden = text === ''
        if (text === '') return
        box.textContent = text
        const right = left! > u.over.clientWidth / 2
        box.style.left = right ? 'auto' : `${left! + 14}px`
        box.style.right = right ? `${u.over.clientWidth - left! + 14}px` : 'auto'
        box.style.top = `${Math.max(0, Math.min(top!, u.over.clientHeight - 40))}px`
      },
    },
  }
}

export function Chart(props: {
  label: string
  height: number
  group: Group
  data: uPlot.AlignedData
  options: () => Omit<uPlot.Options, 'width' | 'height'>
  words: (u: uPlot, index: number) => string
}) {
  const [ref, width] = useWidth()
  const place = useRef<HTMLDivElement>(null)
  const scheme = useScheme()
  useEffect(() => {
    if (!place.current || width === 0) return
    const options = props.options()
    const chart = new uPlot(
      {
        ...options,
        width,
        height: props.height,
        legend: { show: false },
        cursor: { ...options.cursor, sync: { key: 'time', scales: ['x', null] }, drag: { x: true, y: false } },
        plugins: [zoomTogether(props.group), hoverBox(props.words)],
      },
      props.data,
      place.current,
    )
    props.group.add(chart)
    return () => chart.destroy()
  }, [width, scheme, props.data])
  return (
    <div ref={ref} class="chart" role="img" aria-label={props.label}>
      <div ref={place} />
    </div>
  )
}
