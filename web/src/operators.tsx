// The runtime's operators: which take the time, and where they stand under this machine's ceilings.
import { useState } from 'preact/hooks'
import * as format from './format'
import { NotMeasured, Plot, Section, useWidth, Wide } from './parts'
import type { Operator, Report } from './report'
import { logarithmic } from './scale'

function Roofline({ report }: { report: Report }) {
  const [ref, width] = useWidth()
  const { flops_per_s: peak, bytes_per_s: stream, ridge, missing } = report.figures.roofline
  if (peak === null || stream === null || ridge === null) return <NotMeasured reason={missing || 'the ceilings of this machine are unknown'} />
  const dots = report.figures.operators_by_type.filter((o) => o.intensity !== null && o.flops_per_s !== null && o.flops_per_s > 0)
  const height = width < 500 ? 320 : 380
  const [left, right, top, bottom] = [76, 16, 24, 46]
  const lowX = Math.min(ridge / 30, ...dots.map((d) => d.intensity! / 2))
  const highX = Math.max(ridge * 30, ...dots.map((d) => d.intensity! * 2))
  const x = logarithmic(lowX, highX, left, width - right)
  const y = logarithmic(Math.min(lowX * stream, ...dots.map((d) => d.flops_per_s! / 2)), peak * 2.2, height - bottom, top)
  const radius = (o: Operator) => 4 + 22 * Math.sqrt(o.share)
  const labelled = [...dots].sort((a, b) => b.share - a.share)
  const placed: { x: number; y: number; w: number }[] = []
  const label = (o: Operator) => {
    const at = { x: x.at(o.intensity!), y: y.at(o.flops_per_s!) + radius(o) + 13, w: o.op_type.length * 7.5 }
    if (placed.some((p) => Math.abs(p.x - at.x) < (p.w + at.w) / 2 && Math.abs(p.y - at.y) < 14)) return null
    placed.push(at)
    const anchor = at.x + at.w / 2 > width - right ? 'end' : 'middle'
    return <text key={o.op_type} x={at.x} y={at.y} text-anchor={anchor} class="dot-label">{o.op_type}</text>
  }
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Roofline: achieved operations per second of each operator type against its operations per byte, against this machine's ceilings">
          {y.ticks.filter((t) => Number.isInteger(Math.log10(t))).map((tick) => (
            <g key={tick}>
              <line x1={left} x2={width - right} y1={y.at(tick)} y2={y.at(tick)} class="grid" />
              <text x={left - 6} y={y.at(tick) + 4} text-anchor="end" class="tick">{format.count(tick).replace(/\.0+(?= |$)/, '')}</text>
            </g>
          ))}
          {x.ticks.filter((t) => Number.isInteger(Math.round(Math.log10(t) * 1e6) / 1e6)).map((tick) => (
            <text key={tick} x={x.at(tick)} y={height - bottom + 18} text-anchor="middle" class="tick">{Number(tick.toPrecision(3))}</text>
          ))}
          <text x={left} y={14} class="label">flop/s</text>
          <text x={(left + width - right) / 2} y={height - 8} text-anchor="middle" class="label">operations per byte moved (flop/byte)</text>
          <line x1={left} x2={width - right} y1={height - bottom} y2={height - bottom} class="axis" />
          <path d={`M${x.at(lowX)} ${y.at(lowX * stream)}L${x.at(ridge)} ${y.at(peak)}L${x.at(highX)} ${y.at(peak)}`} class="roof" />
          <line x1={x.at(ridge)} x2={x.at(ridge)} y1={y.at(peak)} y2={height - bottom} class="ridge" />
          <text x={x.at(ridge) + 5} y={height - bottom - 6} class="soft">ridge {format.number(ridge)}</text>
          <text x={width - right} y={y.at(peak) - 7} text-anchor="end" class="soft">{format.quantity(peak, 'flop/s')}</text>
          <text x={x.at(Math.sqrt(lowX * ridge)) - 10} y={y.at(Math.sqrt(lowX * ridge) * stream) - 8} text-anchor="end" class="soft">{format.quantity(stream, 'B/s')}</text>
          {labelled.map((o) => (
            <circle key={o.op_type} cx={x.at(o.intensity!)} cy={y.at(o.flops_per_s!)} r={radius(o)} class={`dot bound-${o.bound}`} tabIndex={0}
              data-tip={`${o.op_type}: ${format.share(o.share)} of the operators' time; ${format.quantity(o.flops_per_s!, 'flop/s')} at ${format.number(o.intensity!)} flop/byte${o.of_ceiling === null ? '' : `, ${format.share(o.of_ceiling)} of the ceiling`}; ${o.bound}-bound`} />
          ))}
          {labelled.map(label)}
        </svg>
      )}
    </div>
  )
}

function OperatorTable({ operators, name, caption }: { operators: Operator[]; name: (o: Operator) => string; caption: string }) {
  const [all, setAll] = useState(false)
  const shown = all ? operators : operators.slice(0, 12)
  return (
    <>
      <Wide label={caption}>
        <table>
          <thead><tr><th>{caption}</th><th class="n">Time</th><th class="n">Share</th><th class="n">Cumulative</th><th aria-hidden="true"></th><th>Bound</th><th class="n">Of ceiling</th><th class="n">Calls</th></tr></thead>
          <tbody>
            {shown.map((o, i) => (
              <tr key={i}>
                <th scope="row" class="name">{name(o)}</th><td class="n">{format.duration(o.total_ns)}</td><td class="n">{format.share(o.share)}</td><td class="n">{format.share(o.cumulative_share)}</td>
                <td aria-hidden="true"><svg width="80" height="10" class="meter"><rect width="80" height="10" class="ground" /><rect width={80 * o.cumulative_share} height="10" class="cumulative" /><rect width={80 * o.share} height="10" class="own" /></svg></td>
                <td class="reason">{o.bound || 'unknown'}{o.reason && <small>{o.reason}</small>}</td>
                <td class="n">{o.of_ceiling === null ? 'unknown' : format.share(o.of_ceiling)}</td><td class="n">{format.grouped(o.calls)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {operators.length > 12 && <button type="button" onClick={() => setAll(!all)}>{all ? 'Show the first 12' : `Show all ${operators.length}`}</button>}
      {operators.some((operator) => (operator.of_ceiling ?? 0) > 1) && <p class="note">
        Above 100 % of the ceiling: a memory-bound operator found its data in the processor's caches, or a compute-bound one was faster than the matrix product that set the ceiling.
      </p>}
    </>
  )
}

export function Operators({ report }: { report: Report }) {
  const { operators_by_type, operators, roofline } = report.figures
  const reason = report.contract.load.profile ? 'no profile was read' : 'the contract asks for no profile'
  return (
    <Section id="operators" title="Operators and the roofline">
      {operators_by_type.length === 0 ? <NotMeasured reason={reason} /> : (
        <>
          <OperatorTable operators={operators_by_type} name={(o) => o.op_type} caption="Operator type" />
          {operators.length > 0 && <><h3>By node of the graph</h3><OperatorTable operators={operators} name={(o) => `${o.node} (${o.op_type})`} caption="Node" /></>}
        </>
      )}
      <h3>Roofline</h3>
      {operators_by_type.length === 0 && roofline.flops_per_s === null ? <NotMeasured reason={roofline.missing || reason} /> : (
        <Plot title="Achieved speed of each operator type against this machine's ceilings"
          note="The area of a dot grows with its share of the time. Left of the ridge memory limits, right of it arithmetic.">
          <Roofline report={report} />
          {operators_by_type.length === 0 ? <NotMeasured reason={`no operator is drawn: ${reason}`} /> : <ul class="legend">
            <li><svg width="14" height="14"><circle cx="7" cy="7" r="6" class="dot bound-compute" /></svg>compute-bound</li>
            <li><svg width="14" height="14"><circle cx="7" cy="7" r="6" class="dot bound-memory" /></svg>memory-bound</li>
          </ul>}
        </Plot>
      )}
      {roofline.matmul_method && <p class="note">Ceilings, measured in this run: {roofline.matmul_method}; {roofline.stream_method}.</p>}
    </Section>
  )
}
