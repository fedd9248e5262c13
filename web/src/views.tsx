// The server's own figures beside the client's: a row for each measured phase.
import * as format from './format'
import { Section, Wide } from './parts'
import type { Report, ServerViewOfPhase } from './report'

export const viewsOf = (report: Report): ServerViewOfPhase[] => report.figures.server_views ?? []

type Split = ServerViewOfPhase['reconciliation']['split']

const mean = (split: Split, total: number | undefined): string => {
  if (split.missing !== '' || split.requests === 0 || total === undefined) return 'unknown'
  if (total === 0) return '0'
  return (total < 0 ? '-' : '') + format.duration(Math.abs(total) / split.requests)
}

// One figure apart is enough to differ; what neither tells says nothing.
function both(view: ServerViewOfPhase): 'agree' | 'differ' | 'unknown' {
  const states = view.reconciliation.comparisons.map((c) => c.agree)
  if (states.includes('disagree')) return 'differ'
  return states.includes('agree') ? 'agree' : 'unknown'
}

const tone = { agree: 'met', differ: 'missed', unknown: 'undecided' } as const

function remarks(view: ServerViewOfPhase): string[] {
  const { server, comparisons, split, notices } = view.reconciliation
  const apart = comparisons.filter((c) => c.agree === 'disagree').map((c) => `${c.figure}: ${c.meaning}`)
  return [server.missing, ...apart, split.missing, ...split.notes, ...notices].filter((text) => text !== '')
}

export function Views({ report }: { report: Report }) {
  const views = viewsOf(report)
  if (views.length === 0) return null
  const parts = [...new Set(views.flatMap((v) => v.reconciliation.split.parts.map((p) => p.name)))]
  const said = views.flatMap((v) => remarks(v).map((text) => `${v.point}, session ${v.session}: ${text}`))
  return (
    <Section id="views" title="The server's own figures beside the client's">
      <Wide label="The server's own figures beside the client's">
        <table>
          <thead>
            <tr><th>Point</th><th class="n">Session</th><th>Both</th><th class="n">e2e from sent</th>{parts.map((p) => <th class="n" key={p}>{p.replaceAll('_', ' ')}</th>)}</tr>
          </thead>
          <tbody>
            {views.map((view) => {
              const { split } = view.reconciliation
              return (
                <tr key={view.phase}>
                  <th scope="row">{view.point}</th><td class="n">{view.session}</td><td><span class={`verdict ${tone[both(view)]}`}>{both(view)}</span></td>
                  <td class="n strong">{mean(split, split.total_ns)}</td>
                  {parts.map((p) => <td class="n" key={p}>{mean(split, split.parts.find((part) => part.name === p)?.total_ns)}</td>)}
                </tr>
              )
            })}
          </tbody>
        </table>
      </Wide>
      <p class="note">Means of the requests answered well, from sent to done, of all of the phase; the parts add up to the client's.</p>
      {said.length > 0 && <ul>{said.map((text) => <li key={text}>{text}</li>)}</ul>}
    </Section>
  )
}
