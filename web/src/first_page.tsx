// The first page: for people who decide and sign, and who are no engineers.
import * as format from './format'
import { Conditions, Interval, useWidth, Value, Verdict } from './parts'
import { figureOf, missingText, type Report, type State } from './report'

const words: Record<State, [string, string]> = {
  met: ['✓', 'Met'],
  missed: ['✕', 'Missed'],
  undecided: ['?', 'Undecided'],
  invalid: ['!', 'Invalid: no decision'],
  incomplete: ['!', 'Incomplete: no decision'],
  altered: ['!', 'Altered: no decision'],
}

function Banner({ report }: { report: Report }) {
  const { state, headline, reasons } = report.outcome
  const [sign, word] = words[state]
  return (
    <div class={`banner ${state}`} role="status">
      <span class="sign" aria-hidden="true">{sign}</span>
      <div>
        <p class="word">{word}</p>
        <p>{headline}</p>
        {reasons.length > 0 && <ul>{reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>}
      </div>
    </div>
  )
}

// The figure, its interval and the target on one line.
function NumberLine({ report }: { report: Report }) {
  const [ref, width] = useWidth()
  const { estimate, at_least, at_most } = report.outcome
  const target = at_least ?? at_most
  if (estimate.value === null || target === null) return null
  const ends = [estimate.value, target, estimate.low ?? estimate.value, estimate.high ?? estimate.value]
  const low = Math.min(0, ...ends)
  const high = Math.max(...ends) * 1.12
  const x = (value: number) => 8 + ((value - low) / (high - low || 1)) * (width - 16)
  const anchor = (at: number) => (at < 70 ? 'start' : at > width - 70 ? 'end' : 'middle')
  const met = at_least !== null ? [target, high] : [low, target]
  const label = `${format.quantity(estimate.value, estimate.unit)} against ${format.bound(at_least, at_most, estimate.unit)}`
  return (
    <div ref={ref} class="numberline">
      {width > 0 && (
        <svg width={width} height={74} viewBox={`0 0 ${width} 74`} role="img" aria-label={label}>
          <rect x={x(met[0]!)} y={32} width={x(met[1]!) - x(met[0]!)} height={10} class="zone" />
          <line x1={8} x2={width - 8} y1={37} y2={37} class="axis" />
          <line x1={x(target)} x2={x(target)} y1={22} y2={52} class="target" />
          <text x={x(target)} y={68} text-anchor={anchor(x(target))} class="soft">
            asked {format.bound(at_least, at_most, estimate.unit)}
          </text>
          {estimate.low !== null && estimate.high !== null && (
            <line x1={x(estimate.low)} x2={x(estimate.high)} y1={37} y2={37} class="interval" />
          )}
          <circle cx={x(estimate.value)} cy={37} r={6} class="value" />
          <text x={x(estimate.value)} y={16} text-anchor={anchor(x(estimate.value))} class="strong">
            measured {format.quantity(estimate.value, estimate.unit)}
          </text>
        </svg>
      )}
    </div>
  )
}

function DecisionFigure({ report }: { report: Report }) {
  const { estimate, title, unit, at_least, at_most } = report.outcome
  const confidence = estimate.confidence === null ? 'Interval' : `${format.stated(estimate.confidence, 'ratio')} interval`
  return (
    <div class="decision">
      <p class="soft">{title[0]?.toUpperCase() + title.slice(1)}</p>
      <dl class="keyfigures">
        <div class="big"><dt>Measured</dt><dd><Value of={estimate} /></dd></div>
        <div><dt>{confidence}</dt><dd><Interval of={estimate} /></dd></div>
        <div><dt>Asked for</dt><dd>{format.bound(at_least, at_most, unit)}</dd></div>
      </dl>
      {estimate.withheld && <p class="note">{missingText(estimate)}</p>}
      <NumberLine report={report} />
      <Conditions report={report} />
      {estimate.samples > 0 && <p class="note">
        From {format.counted(estimate.samples, report.figures.decision.figure === 'capacity' ? 'look' : 'request')}
        {estimate.by_session.length > 0 && `, ${format.counted(estimate.by_session.length, 'session')}`}
        {estimate.method && `; ${format.unended(estimate.method)}`}.
      </p>}
    </div>
  )
}

function Meaning({ report }: { report: Report }) {
  const { state, meaning } = report.outcome
  const { if_met, if_missed, decided_by } = report.contract.decision
  const other = state === 'met' ? [['If it had been missed', if_missed]] : state === 'missed' ? [['If it had been met', if_met]]
    : [['If it is met', if_met], ['If it is missed', if_missed]]
  return (
    <div class="meaning">
      <h3>What follows</h3>
      <p class="strong">{meaning || 'Not stated in the contract.'}</p>
      <ul class="plain soft">
        {other.map(([when, what]) => <li key={when}>{when}: {what || 'not stated in the contract'}</li>)}
        <li>Decided by: {decided_by || 'unknown: not in the contract'}. Threshold and consequences were recorded before the run.</li>
      </ul>
    </div>
  )
}

function Targets({ report }: { report: Report }) {
  const targets = report.figures.targets
  if (targets.length === 0) return null
  const counts = !['altered', 'incomplete', 'invalid'].includes(report.outcome.state)
  return (
    <div>
      <h3>Other targets of the contract</h3>
      {!counts && <p class="missing">These results do not count. {report.outcome.headline}</p>}
      <table class="stacking">
        <thead><tr><th>What</th><th class="n">Measured</th><th class="n">Interval</th><th class="n">Asked</th><th>Result</th></tr></thead>
        <tbody>
          {targets.map((target) => {
            const estimate = figureOf(report, target.figure)
            const reasons = [counts ? target.reason : '', estimate.value === null ? estimate.withheld : ''].filter(Boolean)
            return (
              <tr key={target.figure}>
                <th scope="row">{report.titles.figures[target.figure] ?? target.figure}</th>
                <td class="n" data-label="Measured"><Value of={estimate} /></td>
                <td class="n" data-label="Interval"><Interval of={estimate} /></td>
                <td class="n" data-label="Asked">{format.bound(target.at_least, target.at_most, target.unit || estimate.unit)}</td>
                <td data-label="Result">
                  <span><Verdict verdict={target.verdict} />
                  {reasons.length > 0 && <span class="note"> {reasons.join('; ')}</span>}</span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Background({ report }: { report: Report }) {
  const { meta, contract } = report
  const sealed = meta.complete && meta.intact
  return (
    <div class="columns">
      <div>
        <h3>Who measured</h3>
        <p>{contract.measured_by || 'unknown: not in the contract'}, with {meta.tool || 'an unknown tool'}, on <span class="nobreak">{meta.created.replace('T', ' ').replace('Z', ' UTC') || 'an unknown date'}</span>.</p>
        <h3>On what</h3>
        <ul class="plain">{report.subject.map((line) => <li key={line}>{line}</li>)}</ul>
      </div>
      <div>
        <h3>Limitations</h3>
        {contract.limitations.length === 0 ? <p>None is stated in the contract.</p>
          : <ul>{contract.limitations.map((line) => <li key={line}>{line}</li>)}</ul>}
        <h3>Can it be repeated?</h3>
        <p>
          {sealed ? 'The result is sealed: every file is as it was when the run ended.'
            : meta.intact ? 'The result is not sealed as complete.' : 'The result has been altered since it was sealed.'}{' '}
          This report has no re-run by a second party on record. Anyone may re-run it:
        </p>
        <pre class="command"><code>{meta.verify_command}</code></pre>
        <p class="note">Bundle digest <code>{meta.bundle_digest || 'unknown: not given to this report'}</code></p>
      </div>
    </div>
  )
}

function SignOff({ report }: { report: Report }) {
  const { signatories, layers } = report.contract
  if (signatories.length === 0) return <p class="missing">The contract names no team that signs.</p>
  const owned = (team: string) => Object.entries(layers).filter(([, layer]) => layer.owner === team).map(([name]) => name)
  return (
    <div>
      <h3>Sign-off</h3>
      <p class="note">
        Not signed yet. Until every team has signed the contract's digest{' '}
        <code>{report.meta.contract_digest.slice(0, 12) || 'unknown'}</code>, this is not the cross-team contract.
      </p>
      <table class="signoff">
        <thead><tr><th>Team</th><th>Layers it owns</th><th>Name</th><th>Date</th><th>Signature</th></tr></thead>
        <tbody>
          {signatories.map((team) => (
            <tr key={team}>
              <th scope="row">{team}</th><td>{owned(team).join(', ') || 'none'}</td>
              <td class="line"><span class="unsigned">not signed</span></td><td class="line" /><td class="line" />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function FirstPage({ report }: { report: Report }) {
  return (
    <header class="first">
      <p class="eyebrow">Measurement report · contract “{report.contract.name}”</p>
      <h1>{report.contract.decision.question}</h1>
      <Banner report={report} />
      <DecisionFigure report={report} />
      <Meaning report={report} />
      <Targets report={report} />
      <Background report={report} />
      <SignOff report={report} />
    </header>
  )
}
