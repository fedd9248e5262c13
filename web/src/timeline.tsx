// Requests and telemetry on one time axis, so that a dip of the machine lines up with the slow requests.
import { useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { Chart, colour, type Group } from './chart'
import * as format from './format'
import { NotMeasured, Plot, Section, Wide } from './parts'
import type { Phase, Report, Series } from './report'
import { logarithmic } from './scale'

const kinds = ['warm_up', 'search', 'measure', 'profile'] as const
const kindNames: Record<string, string> = { warm_up: 'warm-up', search: 'search', measure: 'measured', profile: 'profiled' }
const seconds = (ns: number) => ns / 1e9
const axisFont = '12px system-ui, sans-serif'

const phaseName = (phase: Phase) =>
  [phase.point || kindNames[phase.kind], phase.kind === 'profile' ? 'profiled' : '', phase.session > 0 ? `session ${phase.session}` : ''].filter(Boolean).join(', ')

// Above the plot: which session it was, where there is room for the words.
function nameSessions(report: Report, u: uPlot) {
  const { ctx, bbox } = u
  const spans = new Map<number, [number, number]>()
  for (const { session, begin_ns, end_ns } of report.phases) {
    const [from, to] = spans.get(session) ?? [begin_ns, end_ns]
    spans.set(session, [Math.min(from, begin_ns), Math.max(to, end_ns)])
  }
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  ctx.fillStyle = ctx.strokeStyle = colour('soft')
  for (const [session, [from, to]] of spans) {
    const a = Math.max(bbox.left, u.valToPos(seconds(from), 'x', true))
    const b = Math.min(bbox.left + bbox.width, u.valToPos(seconds(to), 'x', true))
    if (b <= a) continue
    const y = bbox.top - 5 * devicePixelRatio
    ctx.fillRect(a, y + 2 * devicePixelRatio, b - a, devicePixelRatio)
    const words = session === 0 ? ['search'] : [`session ${session}`, String(session)]
    const text = words.find((word) => ctx.measureText(word).width < b - a)
    if (text) ctx.fillText(text, (a + b) / 2 - ctx.measureText(text).width / 2, y)
  }
  ctx.restore()
}

// Bands of the phases behind the plot, and hatched where telemetry has a gap.
function bands(report: Report, named: boolean): (u: uPlot) => void {
  return (u) => {
    const { ctx, bbox } = u
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    const fill = (from: number, to: number, style: string) => {
      const a = u.valToPos(seconds(from), 'x', true)
      const b = u.valToPos(seconds(to), 'x', true)
      ctx.fillStyle = style
      ctx.fillRect(a, bbox.top, Math.max(1, b - a), bbox.height)
    }
    for (const phase of report.phases) fill(phase.begin_ns, phase.end_ns, colour(`band-${phase.kind}`))
    for (const gap of report.telemetry.gaps) fill(gap.from_ns, gap.to_ns, colour('band-gap'))
    ctx.restore()
    if (named) nameSessions(report, u)
  }
}

const axes = (valueText: (value: number) => string, withTime: boolean, splits?: () => number[], unit = ''): uPlot.Axis[] => [
  {
    stroke: colour('soft'), font: axisFont, grid: { show: false }, ticks: { show: withTime, stroke: colour('line') }, size: withTime ? 46 : 8,
    values: (_u, at) => at.map((s) => (withTime ? `${Number(s.toFixed(3))} s` : '')),
    ...(withTime ? { label: 'time since the start of the run', labelFont: axisFont, labelSize: 18 } : {}),
  },
  {
    stroke: colour('soft'), font: axisFont, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, size: 74, ...(splits ? { splits, filter: (_u: uPlot, at: number[]) => at } : {}), ...(unit === 'bytes' ? { incrs: binary } : {}),
    values: (_u, at) => at.map((s) => (s == null ? '' : valueText(s))),
  },
]

function span(report: Report): [number, number] {
  const ends = [...report.phases.flatMap((p) => [p.begin_ns, p.end_ns]), ...report.telemetry.series.flatMap((s) => [s.at_ns[0] ?? 0, s.at_ns.at(-1) ?? 0])]
  return [seconds(Math.min(0, ...ends)), seconds(Math.max(1, ...ends))]
}

function Requests({ report, group }: { report: Report; group: Group }) {
  const { due_ns, e2e_ns, phase } = report.requests
  const [data, order] = useMemo(() => {
    const sorted = due_ns.map((_, i) => i).sort((a, b) => due_ns[a]! - due_ns[b]!)
    const kindOf = new Map(report.phases.map((p) => [p.id, p.kind]))
    const columns = kinds.map((kind) => sorted.map((i) => (kindOf.get(phase[i]!) === kind ? e2e_ns[i]! : null)))
    return [[sorted.map((i) => seconds(due_ns[i]!)), ...columns] as uPlot.AlignedData, sorted] as const
  }, [report])
  const byId = new Map(report.phases.map((p) => [p.id, p]))
  const limit = report.contract.slo.at_most
  const low = Math.min(limit, e2e_ns.reduce((a, b) => Math.min(a, b), Infinity)) * 0.7
  const high = Math.max(limit, e2e_ns.reduce((a, b) => Math.max(a, b), 0)) * 1.5
  const [from, to] = span(report)
  const nearest = (u: uPlot, index: number): string => {
    let best = -1
    let distance = 14
    for (let i = Math.max(0, index - 60); i < Math.min(order.length, index + 60); ++i) {
      const dx = u.valToPos(u.data[0]![i]!, 'x') - u.cursor.left!
      const dy = u.valToPos(e2e_ns[order[i]!]!, 'y') - u.cursor.top!
      if (Math.hypot(dx, dy) < distance) {
        distance = Math.hypot(dx, dy)
        best = order[i]!
      }
    }
    if (best < 0) return ''
    return `${format.duration(e2e_ns[best]!)} from due, at ${seconds(due_ns[best]!).toFixed(3)} s; ${phaseName(byId.get(phase[best]!)!)}`
  }
  return (
    <Chart label="End-to-end latency of the requests over the time of the run" height={270} group={group} data={data} words={nearest}
      options={() => ({
        padding: [22, 8, 0, 0],
        scales: { x: { time: false, range: (_u, min, max) => (min == null || max == null ? [from, to] : [min, max]) }, y: { distr: 3, range: [low, high] } },
        axes: axes((value) => format.stated(value, 'ns'), false, () => logarithmic(low, high, 0, 260).ticks),
        series: [{}, ...kinds.map((kind) => ({
          label: kindNames[kind]!, stroke: colour(`kind-${kind}`), paths: () => null,
          points: { show: true, size: 4, fill: colour(`kind-${kind}`), stroke: colour(`kind-${kind}`), width: 0 },
        }))],
        hooks: {
          drawClear: [bands(report, true)],
          draw: [(u) => {
            const y = u.valToPos(limit, 'y', true)
            u.ctx.save()
            u.ctx.strokeStyle = colour('bad')
            u.ctx.lineWidth = 1.5 * devicePixelRatio
            u.ctx.setLineDash([7 * devicePixelRatio, 4 * devicePixelRatio])
            u.ctx.beginPath()
            u.ctx.moveTo(u.bbox.left, y)
            u.ctx.lineTo(u.bbox.left + u.bbox.width, y)
            u.ctx.stroke()
            u.ctx.restore()
          }],
        },
      })} />
  )
}

// On an axis the unit stands in the panel's title where it is long.
const shortUnits = ['ns', '1/s', 'ratio', 'bytes', 'Hz', '1', 's']
const axisText = (value: number, unit: string) => (shortUnits.includes(unit) ? format.quantity(value, unit) : format.plain(value))
const binary = Array.from({ length: 50 }, (_, power) => 2 ** power)

// "cpu3.busy" and "cpu.busy" belong together when their units do.
const family = (series: Series) => `${series.name.split('.')[0]!.replace(/\d+$/, '')}|${series.unit}`
const lineColours = 6

function Panel(props: { report: Report; series: Series[]; group: Group; last: boolean }) {
  const { report, series, group, last } = props
  const unit = series[0]!.unit
  const data = useMemo(() => uPlot.join(series.map((s) => [s.at_ns.map(seconds), s.max, s.min, s.mean] as uPlot.AlignedData)), [report])
  const [from, to] = span(report)
  const dash = (i: number) => (i < lineColours ? [] : [6, 3])
  return (
    <div>
      <p class="paneltitle">
        {series.map((s, i) => (
          <span key={s.name} data-tip={s.source}><svg width="18" height="10" aria-hidden="true"><line x1="0" x2="18" y1="5" y2="5" class={`line${i % lineColours}`} stroke-dasharray={dash(i).join(' ')} /></svg>{s.name}</span>
        ))}
        {!shortUnits.includes(unit) && <span>in {unit}</span>}
      </p>
      <Chart label={`${series.map((s) => s.name).join(', ')} over the time of the run`} height={last ? 142 : 110} group={group} data={data}
        words={(u, index) => {
          const parts = series.flatMap((s, i) => {
            const value = u.data[3 * i + 3]?.[index]
            return value == null ? [] : [`${s.name} ${format.quantity(value, unit)}`]
          })
          return parts.length === 0 ? '' : `at ${u.data[0]![index]!.toFixed(2)} s: ${parts.slice(0, 8).join(', ')}`
        }}
        options={() => ({
          padding: [8, 8, 0, 0],
          scales: { x: { time: false, range: (_u, min, max) => (min == null || max == null ? [from, to] : [min, max]) }, y: { range: (_u, min, max) => telemetryRange(unit, min, max) } },
          axes: axes((value) => axisText(value, unit), last, undefined, unit),
          series: [{}, ...series.flatMap((s, i) => {
            const edge = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: true }
            return [edge, edge, { label: s.name, stroke: colour(`line${i % lineColours}`), width: 1.5, dash: dash(i), points: { show: false }, spanGaps: true }]
          })],
          bands: series.map((_s, i) => ({ series: [3 * i + 1, 3 * i + 2] as [number, number], fill: colour(`line${i % lineColours}`) + '33' })),
          hooks: { drawClear: [bands(report, false)] },
        })} />
    </div>
  )
}

function telemetryRange(unit: string, min: number | null, max: number | null): [number, number] {
  if (min == null || max == null) return [0, 1]
  if (unit === 'bytes' && min > 0.5 * max) {
    const margin = Math.max((max - min) * 0.15, max * 0.001)
    return [min - margin, max + margin]
  }
  return [Math.min(0, min), max > 0 ? max * 1.08 : 1]
}

function Extremes({ series }: { series: Series[] }) {
  return (
    <Wide label="Telemetry series">
      <table>
        <thead><tr><th>Series</th><th>Source</th><th class="n">Least</th><th class="n">Mean</th><th class="n">Greatest</th><th class="n">Samples</th><th class="n">Drawn</th></tr></thead>
        <tbody>
          {series.map((s) => (
            <tr key={s.name}>
              <th scope="row">{s.name}</th><td>{s.source}</td>
              {s.to === 0 ? <td colSpan={3}>not measured: no sample was taken</td> : [
                s.min.reduce((a, b) => Math.min(a, b), Infinity), s.mean.reduce((a, b) => a + b, 0) / s.mean.length, s.max.reduce((a, b) => Math.max(a, b), -Infinity),
              ].map((value, i) => <td class="n" key={i}>{format.quantity(value, s.unit)}</td>)}
              <td class="n">{format.grouped(s.from)}</td><td class="n">{format.grouped(s.to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  )
}

export function Timeline({ report }: { report: Report }) {
  const group = useRef<Group>(new Set()).current
  const { requests, telemetry } = report
  const families = new Map<string, Series[]>()
  const still = telemetry.series.filter((s) => s.to > 0 && s.min.every((v) => v === s.min[0]) && s.max.every((v) => v === s.min[0]))
  for (const s of telemetry.series) if (s.to > 0 && !still.includes(s)) families.set(family(s), [...(families.get(family(s)) ?? []), s])
  const panels = [...families.values()]
  const thinned = telemetry.series.some((s) => s.to < s.from)
  return (
    <Section id="timeline" title="Requests and the machine over time">
      {requests.to === 0 ? <NotMeasured reason="no request was answered" /> : (
        <Plot title="Each dot is a request: its latency from due, when it was due"
          note={`Shown: ${format.grouped(requests.to)} of ${format.grouped(requests.from)} answered requests: ${requests.method}. Drag to zoom, double-click to go back. Bands are phases; the dashed line is the limit.`}>
          <ul class="legend">{kinds.map((kind) => <li key={kind}><svg width="14" height="14"><circle cx="7" cy="7" r="5" class={`kind-${kind}`} /></svg>{kindNames[kind]}</li>)}</ul>
          <Requests report={report} group={group} />
        </Plot>
      )}
      {panels.length === 0 && still.length === 0 ? <NotMeasured reason={telemetry.missing.join('; ') || 'no telemetry was taken'} /> : (
        <Plot title="Telemetry on the same time axis"
          note={`A sample every ${format.stated(telemetry.period_ns, 'ns')}.${thinned ? ` Drawn: mean, least and greatest of every ${format.duration(telemetry.bucket_ns)}.` : ''}${telemetry.gaps.length > 0 ? ` ${format.counted(telemetry.gaps.length, 'gap')} without samples, shaded.` : ''}`}
          numbers={<Extremes series={telemetry.series} />}>
          {panels.map((series, i) => <Panel key={series[0]!.name} report={report} series={series} group={group} last={i === panels.length - 1} />)}
        </Plot>
      )}
      {still.length > 0 && <p class="note">Did not change: {still.map((s) => `${s.name} ${format.quantity(s.mean[0]!, s.unit)}`).join(', ')}.</p>}
      {panels.length > 0 && telemetry.missing.length > 0 && (
        <ul class="notes">{telemetry.missing.map((what) => <li key={what}><strong>not measured:</strong> {what}</li>)}</ul>
      )}
    </Section>
  )
}
