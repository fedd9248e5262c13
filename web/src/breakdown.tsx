// Where a request's time goes: stacked bars by load, in milliseconds and as shares, and who may own it.
import * as format from './format'
import { NotMeasured, Plot, Section, useWidth, Value, Wide } from './parts'
import { figureOf, type Breakdown, type Report } from './report'
import { linear } from './scale'

const title = (b: Breakdown) => `${b.point}, ${b.requests_kind} requests`
const mean = (b: Breakdown, name: string) => (b.by_class_ns[name] ?? 0) / b.requests
const shareOf = (b: Breakdown, name: string) => (b.total_ns === 0 ? 0 : (b.by_class_ns[name] ?? 0) / b.total_ns)

function Bars(props: { report: Report; rows: Breakdown[]; mode: 'time' | 'share' }) {
  const { report, rows, mode } = props
  const [ref, width] = useWidth()
  const most = Math.max(...rows.map((b) => b.total_ns / b.requests))
  const x = mode === 'time' ? linear(0, most / 1e6, 0, width - 28, width < 420 ? 4 : 6) : linear(0, 100, 0, width - 28, 5)
  const rowHeight = 54
  const height = rows.length * rowHeight + 40
  const order = report.titles.class_order
  return (
    <div ref={ref} class="bars">
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Latency breakdown, ${mode === 'time' ? 'mean milliseconds a request' : 'share of the time'}; the table below has the numbers`}>
          {x.ticks.map((tick) => (
            <g key={tick}>
              <line x1={8 + x.at(tick)} x2={8 + x.at(tick)} y1={4} y2={height - 34} class="grid" />
              <text x={8 + x.at(tick)} y={height - 20} text-anchor="middle" class="tick">{String(Math.round(tick * 1e6) / 1e6)}</text>
            </g>
          ))}
          <text x={width / 2} y={height - 4} text-anchor="middle" class="label">{mode === 'time' ? 'mean per request, ms' : 'share of the end-to-end time, %'}</text>
          {rows.map((row, i) => {
            let at = 0
            const y = i * rowHeight
            const total = row.total_ns / row.requests
            return (
              <g key={title(row)}>
                <text x={8} y={y + 16} class="strong">{title(row)}</text>
                <text x={width - 20} y={y + 16} text-anchor="end" class="soft">{format.duration(total)} mean</text>
                {order.map((name) => {
                  const part = mode === 'time' ? mean(row, name) / 1e6 : shareOf(row, name) * 100
                  const from = x.at(at)
                  at += part
                  const size = x.at(at) - from
                  if (part <= 0) return null
                  const text = mode === 'time' ? format.duration(mean(row, name)) : format.share(shareOf(row, name))
                  return (
                    <g key={name}>
                      <rect x={8 + from} y={y + 22} width={Math.max(0.5, size - (size > 3 ? 1 : 0))} height={24} class={`class-${name}`}
                        data-tip={`${report.titles.classes[name]}: ${format.duration(mean(row, name))}, ${format.share(shareOf(row, name))} of ${title(row)}`} />
                      {size > text.length * 7 + 8 && <text x={8 + from + size / 2} y={y + 38} text-anchor="middle" class={`inbar on-${name}`}>{text}</text>}
                    </g>
                  )
                })}
              </g>
            )
          })}
        </svg>
      )}
    </div>
  )
}

// Classes that only a profile tells apart.
const inside = new Set(['framework_overhead', 'compute_bound', 'memory_bound', 'operator_unknown', 'instrument'])
const instead = (b: Breakdown, name: string) =>
  b.requests_kind === 'all' && inside.has(name) ? 'not told apart without a profile: it is in the model execution' : undefined

export function Swatch({ name }: { name: string }) {
  return <svg width="14" height="14" class="swatch" aria-hidden="true"><rect width="14" height="14" rx="2" class={`class-${name}`} /></svg>
}

function Owners({ report, name }: { report: Report; name: string }) {
  const rule = report.figures.owners.find((o) => o.time_class === name)
  if (!rule) return <>unknown: no rule in the contract</>
  if (rule.layers.length === 0) return <>none, by the contract</>
  return <>{rule.layers.map((layer, i) => <span key={layer} class="owner">{layer} <span class="soft">{rule.owners[i] || 'unknown'}</span></span>)}</>
}

export function Breakdowns({ report }: { report: Report }) {
  const measured = report.figures.breakdowns.filter((b) => b.requests > 0)
  const empty = report.figures.breakdowns.filter((b) => b.requests === 0)
  const order = report.contract.load.points.map((p) => p.name)
  const rows = [...measured].sort((a, b) => a.requests_kind.localeCompare(b.requests_kind) || order.indexOf(a.point) - order.indexOf(b.point))
  const classes = report.titles.class_order.filter((name) => name === 'unattributed' || rows.some((b) => b.by_class_ns[name]))
  return (
    <Section id="breakdown" title="Where the time goes">
      {empty.map((b) => <NotMeasured key={title(b)} reason={`${title(b)}: of none is it known (${b.left_out} left out)`} />)}
      {rows.length === 0 ? empty.length === 0 && <NotMeasured reason="of no request is it known" /> : (
        <>
          <p class="note">
            End-to-end time, from due to done, divided into classes that never overlap and add up to it exactly. Profiled requests have
            the runtime's call divided further; profiling slows them.
          </p>
          <Plot title="Mean time of a request by class">
            <svg width="0" height="0" class="defs" aria-hidden="true">
              <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                  <rect width="6" height="6" class="hatch-ground" /><rect width="2" height="6" class="hatch-line" />
                </pattern>
              </defs>
            </svg>
            <div class="pair"><Bars report={report} rows={rows} mode="time" /><Bars report={report} rows={rows} mode="share" /></div>
            <ul class="legend">{classes.map((name) => <li key={name}><Swatch name={name} />{report.titles.classes[name]}</li>)}</ul>
          </Plot>
          <Wide label="Breakdown by class">
            <table>
              <thead>
                <tr><th>Class</th>{rows.map((b) => <th class="n" key={title(b)}>{b.point}<small>{b.requests_kind} requests</small></th>)}<th>May be owned by (candidates)</th></tr>
              </thead>
              <tbody>
                {classes.map((name) => (
                  <tr key={name}>
                    <th scope="row"><Swatch name={name} />{report.titles.classes[name]}</th>
                    {rows.map((b) => <td class="n" key={title(b)}>{b.by_class_ns[name] ? <>{format.duration(mean(b, name))}<small>{format.share(shareOf(b, name))}</small></> : <span class="soft" data-tip={instead(b, name)}>{b.requests_kind === 'all' && inside.has(name) ? '–' : '0'}</span>}</td>)}
                    <td class="owners"><Owners report={report} name={name} /></td>
                  </tr>
                ))}
                <tr class="sum"><th scope="row">together</th>{rows.map((b) => <td class="n" key={title(b)}>{format.duration(b.total_ns / b.requests)}<small>n = {format.grouped(b.requests)}</small></td>)}<td /></tr>
                <tr><th scope="row">p50 / p95 / p99 of the point</th>{rows.map((b) => <td class="n" key={title(b)}>{['p50', 'p95', 'p99'].map((q) => <div key={q}><Value of={figureOf(report, `e2e.${q}@${b.point}`)} /></div>)}</td>)}<td class="soft">a mean does not stand alone</td></tr>
              </tbody>
            </table>
          </Wide>
          <p class="note">Candidates come from the contract's rules. No share of the blame is claimed: that takes an experiment that changes one layer alone. – : not told apart without a profile; it is in the model execution.</p>
        </>
      )}
      <Profiling report={report} />
    </Section>
  )
}

function Profiling({ report }: { report: Report }) {
  const costs = report.figures.profiling
  return (
    <>
      <h3>What profiling cost</h3>
      {costs.length === 0 ? <NotMeasured reason="nothing was profiled" /> : (
        <Wide label="What profiling cost">
          <table>
            <thead><tr><th>Point</th><th class="n">Profiled, median</th><th class="n">Plain, median</th><th class="n">Longer by</th><th class="n">Batches profiled / plain</th><th>Reason</th></tr></thead>
            <tbody>
              {costs.map((cost) => (
                <tr key={cost.point}>
                  <th scope="row">{cost.point}</th>
                  <td class="n">{cost.profiled_ns === null ? 'withheld' : format.duration(cost.profiled_ns)}</td>
                  <td class="n">{cost.plain_ns === null ? 'withheld' : format.duration(cost.plain_ns)}</td>
                  <td class="n">{cost.ratio === null ? 'withheld' : format.ratio(cost.ratio)}</td>
                  <td class="n">{format.grouped(cost.profiled)} / {format.grouped(cost.plain)}</td>
                  <td class="reason">{cost.withheld}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <p class="note">Time of the runtime's call, with batch sizes matched.</p>
    </>
  )
}
