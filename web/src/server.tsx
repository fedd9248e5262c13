// What only a target on the network has: streamed answers, failures by name, the client's own account.
import * as format from './format'
import { Interval, Methods, Samples, Section, Value, Wide, Withheld } from './parts'
import { figureOf, type Audit, type Estimate, type Phase, type Report } from './report'

const times: [string, string][] = [
  ['ttft', 'TTFT: first content'], ['ttft_first_byte', 'first byte'], ['ttft_first_event', 'first event'],
  ['ttft_first_answer', 'first of the answer'], ['itl', 'ITL: between chunks'], ['tpot', 'TPOT: per token'],
]
const percentiles = ['p50', 'p90', 'p95', 'p99']

const known = (report: Report, metric: string) =>
  report.contract.load.points.some((p) => report.figures.figures[`${metric}@${p.name}`] !== undefined)

export const isOnTheNetwork = (report: Report) => known(report, 'ttft_first_byte.p50')
export const watched = (report: Report): (Phase & { audit: Audit })[] =>
  report.phases.filter((p): p is Phase & { audit: Audit } => p.kind === 'measure' && !!p.audit)

function Times({ report }: { report: Report }) {
  const points = report.contract.load.points
  const rows = times.filter(([metric]) => known(report, `${metric}.p50`))
  const all = points.flatMap((p) => rows.flatMap(([m]) => percentiles.map((q): [string, Estimate] => [`${m}.${q}@${p.name}`, figureOf(report, `${m}.${q}@${p.name}`)])))
  return (
    <>
      <Wide label="Times of streamed answers">
        <table>
          <thead>
            <tr><th>Point</th><th></th>{percentiles.map((q) => <th class="n" key={q}>{q}</th>)}<th class="n">n</th></tr>
          </thead>
          {points.map((point) => (
            <tbody key={point.name}>
              {rows.map(([metric, title], i) => (
                <tr key={metric}>
                  {i === 0 && <th scope="rowgroup" rowSpan={rows.length}>{point.name}</th>}
                  <th scope="row" class="q">{title}</th>
                  {percentiles.map((q) => {
                    const estimate = figureOf(report, `${metric}.${q}@${point.name}`)
                    return <td class="n" key={q}><Value of={estimate} />{estimate.value !== null && <small><Interval of={estimate} /></small>}</td>
                  })}
                  <td class="n"><Samples of={figureOf(report, `${metric}.p50@${point.name}`)} /></td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </Wide>
      <Methods figures={all.map(([, f]) => f)} />
      <Withheld figures={all} />
    </>
  )
}

function Rates({ report }: { report: Report }) {
  const metrics = ['tokens_per_s', 'prompt_tokens_per_s', 'accuracy'].filter((m) => known(report, m))
  if (metrics.length === 0) return null
  const { accuracy } = report.contract.workload
  return (
    <>
      <Wide label="Tokens and accuracy">
        <table>
          <thead><tr><th>Point</th>{metrics.map((m) => <th class="n" key={m}>{m.replaceAll('_', ' ')}</th>)}</tr></thead>
          <tbody>
            {report.contract.load.points.map((point) => (
              <tr key={point.name}>
                <th scope="row">{point.name}</th>
                {metrics.map((m) => {
                  const estimate = figureOf(report, `${m}@${point.name}`)
                  return <td class="n" key={m}><Value of={estimate} />{estimate.value !== null && <small><Interval of={estimate} /></small>}</td>
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {accuracy && accuracy.method !== 'none' && <p class="note">Floor of accuracy: {format.stated(accuracy.floor, 'ratio')} ({accuracy.method}); below it the decision is missed however fast the answers are.</p>}
    </>
  )
}

export function Streams({ report }: { report: Report }) {
  if (!isOnTheNetwork(report)) return null
  const streamed = known(report, 'ttft.p50')
  return (
    <Section id="streams" title={streamed ? 'Streamed answers' : 'Answers'}>
      <p class="note">
        Times to the first token count from due, each variant by itself: the first byte (headers included), the first event (also an empty
        one), the first content in any channel, the first of the answer itself. A chunk is no token: times per token need the server's count.
      </p>
      <Times report={report} />
      <Rates report={report} />
    </Section>
  )
}

export function Failures({ report }: { report: Report }) {
  if (!isOnTheNetwork(report)) return null
  const found = Object.entries(report.figures.figures).filter(([id, f]) => id.startsWith('failures.') && f.by_session.some((v) => v > 0))
  return (
    <Section id="failures" title="Failures by kind">
      {found.length === 0 ? <p>No request of a measured point failed in a way that has a name.</p> : (
        <Wide label="Failures by kind">
          <table>
            <thead><tr><th>Point</th><th>Kind</th><th class="n">Share</th><th class="n">Interval</th><th class="n">Of requests</th></tr></thead>
            <tbody>
              {found.map(([id, estimate]) => (
                <tr key={id}>
                  <th scope="row">{id.slice(id.indexOf('@') + 1)}</th><td>{id.slice(id.indexOf('.') + 1, id.indexOf('@'))}</td>
                  <td class="n strong"><Value of={estimate} /></td><td class="n"><Interval of={estimate} /></td><td class="n"><Samples of={estimate} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Section>
  )
}

const length = (ns: number | null) => (ns === null ? '–' : format.duration(ns))

function busiest(audit: Audit): string {
  const most = audit.threads.reduce<Audit['threads'][number] | null>((a, b) => (a === null || b.cores > a.cores ? b : a), null)
  return most === null ? '–' : `${most.name} ${format.number(most.cores)}`
}

function arrivals(audit: Audit): string {
  const { p_value, fano } = audit.arrivals
  if (p_value !== null) return `p = ${format.number(p_value)}`
  return fano === null ? '–' : `fano ${format.number(fano)}`
}

export function Instrument({ report }: { report: Report }) {
  const phases = watched(report)
  if (phases.length === 0) return null
  return (
    <Section id="instrument" title="The instrument">
      <p class="note">What this client says of itself while it made the load: beyond the contract's limits a run is invalid, and says why.</p>
      <Wide label="What the client says of itself">
        <table>
          <thead>
            <tr><th>Point</th><th class="n">Session</th><th class="n">Sent</th><th class="n">Missed</th><th class="n">Late</th><th class="n">Lag p99</th><th class="n">Lag max</th><th>Busiest thread (cores)</th><th class="n">Longest stall</th><th class="n">Clock steps</th><th class="n">Arrivals</th></tr>
          </thead>
          <tbody>
            {phases.map(({ id, point, session, audit }) => (
              <tr key={id}>
                <th scope="row">{point}</th><td class="n">{session}</td><td class="n">{format.grouped(audit.sent)}</td>
                <td class="n">{format.grouped(audit.missed)}</td><td class="n">{format.grouped(audit.late)}</td>
                <td class="n">{length(audit.lag_p99_ns)}</td><td class="n">{length(audit.lag_max_ns)}</td><td>{busiest(audit)}</td>
                <td class="n">{length(audit.stall_longest_ns)}</td><td class="n">{format.grouped(audit.clock_steps)}</td><td class="n">{arrivals(audit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <p class="note">Arrivals: the probability of gaps like those that were sent, had they been those asked for; a closed loop and a trace have none.</p>
    </Section>
  )
}
