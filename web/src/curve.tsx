// Throughput against latency, with the limit and the saturation point; rates and percentiles in tables.
import * as format from './format'
import { Conditions, Interval, Methods, NotMeasured, Plot, Samples, Section, useWidth, Value, Wide, Withheld } from './parts'
import { figureOf, type CurvePoint, type Estimate, type Report } from './report'
import { linear, logarithmic } from './scale'

const percentileName = (quantile: number) => `p${Number((quantile * 100).toPrecision(6))}`
const shapes = ['square', 'diamond', 'triangle'] as const

function Mark(props: { shape: string; x: number; y: number; class: string; tip: string }) {
  const { x, y } = props
  const common = { class: props.class, 'data-tip': props.tip }
  if (props.shape === 'circle') return <circle cx={x} cy={y} r={4.5} {...common} />
  if (props.shape === 'square') return <rect x={x - 4.5} y={y - 4.5} width={9} height={9} {...common} />
  const path = props.shape === 'diamond' ? `M${x} ${y - 6}l6 6-6 6-6-6z` : `M${x} ${y - 6}l6 10.5h-12z`
  return <path d={path} {...common} />
}

function describe(point: CurvePoint, key: string): string {
  const what = point.kind === 'search' ? 'search' : `${point.point}, session ${point.session}`
  const parts = Object.entries(point.e2e_ns).map(([name, ns]) => `${name} ${format.duration(ns)}`)
  return `${what}: offered ${format.rate(point.offered_per_s)}, completed ${format.rate(point.achieved_per_s)}; ${parts.join(', ') || key + ' withheld'}`
}

function CurvePicture({ report, points, which }: { report: Report; points: CurvePoint[]; which: string }) {
  const [ref, width] = useWidth()
  const { pass_per_s, fail_per_s } = report.figures.saturation
  const limit = report.contract.slo.at_most
  const height = width < 500 ? 300 : 360
  const [left, right, top, bottom] = [62, 14, 30, 46]
  const rates = [...points.map((p) => p.achieved_per_s), pass_per_s ?? 0, fail_per_s ?? 0]
  const values = [...points.map((p) => p.e2e_ns[which]!), limit]
  const x = linear(0, Math.max(...rates) * 1.06, left, width - right, width < 500 ? 4 : 8)
  const y = logarithmic(Math.min(...values) * 0.8, Math.max(...values) * 1.3, height - bottom, top)
  const search = points.filter((p) => p.kind === 'search').sort((a, b) => a.achieved_per_s - b.achieved_per_s)
  const names = report.contract.load.points.map((p) => p.name)
  const line = search.map((p, i) => `${i ? 'L' : 'M'}${x.at(p.achieved_per_s)} ${y.at(p.e2e_ns[which]!)}`).join('')
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${which} latency against completed requests per second; limit ${format.duration(limit)}`}>
          {y.ticks.map((tick) => (
            <g key={tick}>
              <line x1={left} x2={width - right} y1={y.at(tick)} y2={y.at(tick)} class="grid" />
              <text x={left - 6} y={y.at(tick) + 4} text-anchor="end" class="tick">{format.stated(tick, 'ns')}</text>
            </g>
          ))}
          {x.ticks.map((tick) => (
            <text key={tick} x={x.at(tick)} y={height - bottom + 18} text-anchor="middle" class="tick">{String(Math.round(tick * 1e6) / 1e6)}</text>
          ))}
          <line x1={left} x2={width - right} y1={height - bottom} y2={height - bottom} class="axis" />
          <text x={(left + width - right) / 2} y={height - 8} text-anchor="middle" class="label">completed requests per second</text>
          {pass_per_s !== null && (
            <g>
              {fail_per_s !== null && (
                <rect x={x.at(pass_per_s)} y={top} width={Math.max(0, x.at(fail_per_s) - x.at(pass_per_s))} height={height - top - bottom} class="between"
                  data-tip={`between the highest rate that passed (${format.rate(pass_per_s)}) and the lowest that failed (${format.rate(fail_per_s)})`} />
              )}
              <line x1={x.at(pass_per_s)} x2={x.at(pass_per_s)} y1={top - 6} y2={height - bottom} class="saturation" />
              <text x={x.at(pass_per_s) - 5} y={top - 10} text-anchor="end" class="strong">saturation {format.rate(pass_per_s)}</text>
            </g>
          )}
          <line x1={left} x2={width - right} y1={y.at(limit)} y2={y.at(limit)} class="limit" />
          <text x={left + 6} y={y.at(limit) - 6} class="limit-label">limit {percentileName(report.contract.slo.quantile)} ≤ {format.stated(limit, 'ns')}</text>
          <path d={line} class="curve" />
          {points.map((point, i) => (
            <Mark key={i} x={x.at(point.achieved_per_s)} y={y.at(point.e2e_ns[which]!)} tip={describe(point, which)}
              shape={point.kind === 'search' ? 'circle' : shapes[names.indexOf(point.point) % 3] ?? 'square'}
              class={`mark ${point.kind === 'search' ? 'search' : `point${Math.max(0, names.indexOf(point.point)) % 6}`}`} />
          ))}
        </svg>
      )}
    </div>
  )
}

function CurveLegend({ report }: { report: Report }) {
  return (
    <ul class="legend">
      <li><svg width="14" height="14"><circle cx="7" cy="7" r="4.5" class="mark search" /></svg>rates of the search</li>
      {report.contract.load.points.map((point, i) => (
        <li key={point.name}>
          <svg width="14" height="14"><Mark shape={shapes[i % 3]!} x={7} y={7} class={`mark point${i % 6}`} tip="" /></svg>
          {point.name}, one for each session
        </li>
      ))}
    </ul>
  )
}

export function Curve({ report }: { report: Report }) {
  const wanted = percentileName(report.contract.slo.quantile)
  const curve = report.figures.curve
  const which = [wanted, 'p95', 'p90', 'p50'].find((name) => curve.some((p) => p.e2e_ns[name] !== undefined)) ?? wanted
  const points = curve.filter((p) => p.e2e_ns[which] !== undefined)
  const withheld = curve.length - points.length
  return (
    <Section id="throughput" title="Throughput against latency">
      <Conditions report={report} />
      {points.length === 0 ? <NotMeasured reason={curve.length === 0 ? 'no rate was measured' : `no phase has enough requests for ${wanted}`} /> : (
        <Plot title={`${which} end-to-end latency, from due, at each rate`}
          note={withheld > 0 ? `${format.counted(withheld, 'phase')} with too few requests for ${which} not drawn` : undefined}
          numbers={<Wide label="Points of the curve"><table>
            <thead><tr><th>Phase</th><th class="n">Offered</th><th class="n">Completed</th><th>Latencies</th></tr></thead>
            <tbody>{curve.map((p, i) => <tr key={i}><td>{p.kind === 'search' ? 'search' : `${p.point}, session ${p.session}`}</td><td class="n">{format.rate(p.offered_per_s)}</td>
              <td class="n">{format.rate(p.achieved_per_s)}</td><td>{Object.entries(p.e2e_ns).map(([name, ns]) => `${name} ${format.duration(ns)}`).join(', ') || 'withheld: too few requests'}</td></tr>)}</tbody>
          </table></Wide>}>
          <CurvePicture report={report} points={points} which={which} />
          <CurveLegend report={report} />
        </Plot>
      )}
      <Rates report={report} />
    </Section>
  )
}

const rateMetrics = ['throughput', 'goodput', 'errors', 'concurrency', 'batch_size', 'cpu'] as const

function Rates({ report }: { report: Report }) {
  const points = report.contract.load.points
  const all: [string, Estimate][] = points.flatMap((p) => rateMetrics.map((m): [string, Estimate] => [`${m}@${p.name}`, figureOf(report, `${m}@${p.name}`)]))
  const peak = figureOf(report, 'peak_throughput')
  const held = points.map((p): [string, Estimate] => [p.name, figureOf(report, `throughput@${p.name}`)]).filter(([, f]) => f.value !== null)
  const sustained = held.reduce<[string, Estimate] | null>((a, b) => (a === null || b[1].value! > a[1].value! ? b : a), null)
  return (
    <>
      <h3>Rates by point</h3>
      <Wide label="Rates by point">
        <table>
          <thead>
            <tr><th>Point</th><th>Load</th><th class="n">Throughput</th><th class="n">Goodput</th><th class="n">Errors</th><th class="n">Concurrency</th><th class="n">Batch size</th><th class="n">Cores busy</th><th class="n">n</th></tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.name}>
                <th scope="row">{point.name}</th>
                <td class="load">{report.titles.points[point.name]}</td>
                {rateMetrics.map((metric) => {
                  const estimate = figureOf(report, `${metric}@${point.name}`)
                  return <td class="n" key={metric}><Value of={estimate} />{estimate.value !== null && <small><Interval of={estimate} /></small>}</td>
                })}
                <td class="n"><Samples of={figureOf(report, `throughput@${point.name}`)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <p class="note">
        Below each value its interval. Concurrency, batch size and cores are means over the phase.{' '}
        {sustained && <>Sustained: <Value of={sustained[1]} /> (interval <Interval of={sustained[1]} />) at {sustained[0]}, {sustained[1].method}.{' '}</>}
        Peak throughput, whatever the latency: <Value of={peak} />{peak.value === null && ` (${peak.withheld})`}.
      </p>
      <Methods figures={all.map(([, f]) => f)} />
      <Withheld figures={all} />
    </>
  )
}

const percentiles = ['p50', 'p90', 'p95', 'p99']

export function Latency({ report }: { report: Report }) {
  const points = report.contract.load.points
  const ids = points.flatMap((p) => percentiles.flatMap((q) => [`e2e.${q}@${p.name}`, `service.${q}@${p.name}`]))
  const all = ids.map((id): [string, Estimate] => [id, figureOf(report, id)])
  return (
    <Section id="latency" title="Latency">
      <p class="note">
        From due: counted from when the request should have been sent, so that a stall is charged to everyone who waited behind it.
        From sent: what the client saw once it had sent.
      </p>
      {points.length === 0 ? <NotMeasured reason="the contract has no load points" /> : (
        <Wide label="Latency percentiles">
          <table>
            <thead>
              <tr><th>Point</th><th></th><th class="n">From due</th><th class="n">Interval</th><th class="n">From sent</th><th class="n">Interval</th><th class="n">n</th></tr>
            </thead>
            {points.map((point) => (
              <tbody key={point.name}>
                {percentiles.map((q, i) => {
                  const due = figureOf(report, `e2e.${q}@${point.name}`)
                  const sent = figureOf(report, `service.${q}@${point.name}`)
                  return (
                    <tr key={q}>
                      {i === 0 && <th scope="rowgroup" rowSpan={percentiles.length}>{point.name}</th>}
                      <th scope="row" class="q">{q}</th>
                      <td class="n strong"><Value of={due} /></td><td class="n"><Interval of={due} /></td>
                      <td class="n"><Value of={sent} /></td><td class="n"><Interval of={sent} /></td>
                      <td class="n"><Samples of={due} /></td>
                    </tr>
                  )
                })}
              </tbody>
            ))}
          </table>
        </Wide>
      )}
      <Methods figures={all.map(([, f]) => f)} />
      <Withheld figures={all} />
    </Section>
  )
}

export function Search({ report }: { report: Report }) {
  const { steps, outcome, criterion, pass_per_s, fail_per_s, findings } = report.figures.saturation
  const decisive = (rate: number | null) => (rate === null ? 'unknown: not confirmed' : format.rate(rate))
  const reason = outcome || (report.contract.load.search ? 'no rate was tried' : 'the contract asks for none')
  const all = `open loop, at most ${report.contract.load.max_in_flight} in flight`
  return (
    <Section id="search" title="Saturation search">
      {steps.length === 0 ? <NotMeasured reason={reason} /> : (
        <>
          <p><strong>{outcome}</strong></p>
          {findings.length > 0 && <ul>{findings.map((finding) => <li key={finding}>{finding}</li>)}</ul>}
          <p class="note">Criterion: {format.unended(criterion)}. Highest rate that passed: {decisive(pass_per_s)}. Lowest rate that failed: {decisive(fail_per_s)}.</p>
          <Conditions report={report} concurrency={all} />
          <Wide label="Rates tried">
            <table>
              <thead>
                <tr><th class="n">Rate</th><th class="n">Completed</th><th>Purpose</th><th class="n">{percentileName(report.contract.slo.quantile)}</th><th class="n">Over limit</th><th class="n">95 % interval</th><th class="n">n</th><th class="n">Effective n</th><th>Verdict</th></tr>
              </thead>
              <tbody>
                {steps.map((step, i) => (
                  <tr key={i}>
                    <td class="n strong">{format.rate(step.rate_per_s)}</td><td class="n">{format.rate(step.achieved_per_s)}</td><td>{step.purpose}</td>
                    <td class="n">{step.latency_ns === null ? 'withheld' : format.duration(step.latency_ns)}</td>
                    <td class="n">{step.requests === 0 ? 'withheld' : format.ratio(step.over_ratio)}</td><td class="n">{step.requests === 0 ? 'withheld' : format.range(step.over_low, step.over_high, 'ratio')}</td>
                    <td class="n">{format.grouped(step.requests)}</td><td class="n">{format.number(step.effective_samples)}</td>
                    <td class="why"><span class={`verdict ${step.verdict}`}>{step.verdict}</span>{step.reason && <small>{step.reason}</small>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
          <p class="note">Effective n: what the requests are worth once the correlation of neighbours is taken into account.</p>
        </>
      )}
    </Section>
  )
}
