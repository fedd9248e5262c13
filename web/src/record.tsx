// The executor by layer and owner; validity and method; the contract; digests.
import * as format from './format'
import { NotMeasured, Section, Wide } from './parts'
import type { ExecutorLayer, Report } from './report'

function Completeness({ layer }: { layer: ExecutorLayer }) {
  const part = (count: number) => (layer.total === 0 ? 0 : (120 * count) / layer.total)
  const text = layer.total === 0 ? 'no facts' : `${layer.known} of ${layer.total} known`
  return (
    <span class="completeness">
      <svg width="120" height="12" aria-hidden="true" data-tip={`${layer.measured} measured, ${layer.declared} declared, ${layer.unknown} unknown`}>
        <rect width="120" height="12" class="ground" />
        <rect width={part(layer.measured)} height="12" class="is-measured" />
        <rect x={part(layer.measured)} width={part(layer.declared)} height="12" class="is-declared" />
      </svg>
      {text}
    </span>
  )
}

function Layer({ layer, fingerprint }: { layer: ExecutorLayer; fingerprint: string }) {
  return (
    <details class="layer" open={layer.unknown > 0 && layer.total <= 12}>
      <summary>
        <span class="layername">{layer.layer}</span>
        <span class="owned">owner: {layer.owner || 'unknown'}</span>
        <Completeness layer={layer} />
      </summary>
      {layer.facts.length === 0 ? <NotMeasured reason="no fact is on record for this layer" /> : (
        <Wide label={`Facts of ${layer.layer}`}>
          <table class="facts stacking">
            <thead><tr><th>Fact</th><th>Value</th><th>How known</th><th>Source</th></tr></thead>
            <tbody>
              {layer.facts.map((fact) => (
                <tr key={fact.name}>
                  <th scope="row">{fact.name}</th>
                  <td class="value" data-label="Value">{fact.provenance === 'unknown' ? <span class="withheld">unknown: {fact.reason || 'no reason is on record'}</span> : <span>{fact.value}</span>}</td>
                  <td data-label="How known"><span class={`provenance ${fact.provenance}`}>{fact.provenance}</span></td>
                  <td class="soft" data-label="Source"><span>{fact.source}</span></td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <p class="note">Fingerprint of the layer <code>{fingerprint || 'unknown'}</code></p>
    </details>
  )
}

export function Executor({ report }: { report: Report }) {
  return (
    <Section id="executor" title="The executor by layer and owner">
      <p class="note">
        Each fact says whether it was measured on the machine or declared by someone; what could not be found stands there as unknown.
      </p>
      <ul class="legend">
        <li><span class="provenance measured">measured</span></li><li><span class="provenance declared">declared</span></li><li><span class="provenance unknown">unknown</span></li>
      </ul>
      {report.executor.map((layer) => <Layer key={layer.layer} layer={layer} fingerprint={report.meta.fingerprints_by_layer[layer.layer] ?? ''} />)}
    </Section>
  )
}

export function Method({ report }: { report: Report }) {
  const { validity, warm_ups } = report.figures
  return (
    <Section id="method" title="Validity and method">
      <h3>Was the client the bottleneck?</h3>
      {validity.valid ? <p><span class="verdict met">valid</span> No limit of the contract was passed.</p> : (
        <><p><span class="verdict missed">invalid</span></p><ul>{validity.reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul></>
      )}
      {validity.notices.length > 0 && <><h3>What a reader should know all the same</h3><ul>{validity.notices.map((notice) => <li key={notice}>{notice}</li>)}</ul></>}
      <h3>Warm-up</h3>
      {warm_ups.length === 0 ? <NotMeasured reason="no warm-up is on record" /> : (
        <Wide label="Warm-up of each session">
          <table>
            <thead><tr><th>Session</th><th>Steady state</th><th class="n">Length</th><th class="n">Requests excluded</th><th>Reason</th></tr></thead>
            <tbody>
              {warm_ups.map((w, i) => (
                <tr key={i}><th scope="row">{w.session === 0 ? 'search' : w.session}</th><td><span class={`verdict ${w.steady ? 'met' : 'undecided'}`}>{w.steady ? 'reached' : 'not reached'}</span></td>
                  <td class="n">{format.duration(w.length_ns)}</td><td class="n">{format.grouped(w.requests)}</td><td class="reason">{w.reason}</td></tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <h3>Left out of the figures or lost in reading, and why</h3>
      {report.left_out.length === 0 ? <p>Nothing.</p> : (
        <Wide label="Left out of the figures">
          <table>
            <thead><tr><th class="n">Count</th><th>What</th><th>Why</th></tr></thead>
            <tbody>{report.left_out.map((item, i) => <tr key={i}><td class="n">{format.grouped(item.count)}</td><th scope="row">{item.what}</th><td>{item.why}</td></tr>)}</tbody>
          </table>
        </Wide>
      )}
      <h3>How the figures were made</h3>
      <ul>
        <li>Latency counts from when a request was due; the figure from when it was sent stands beside it.</li>
        <li>Sessions with a fresh server are the unit of repetition; a figure is their median, with an interval from their order.</li>
        <li>Failed and rejected requests count as failures in every rate. Warm-up is excluded.</li>
        <li>A percentile with too few samples is withheld. There is no overall score.</li>
      </ul>
    </Section>
  )
}

export function ContractText({ report }: { report: Report }) {
  return (
    <Section id="contract" title="The contract">
      {report.contract_yaml ? <pre class="yaml" tabIndex={0}>{report.contract_yaml}</pre> : <NotMeasured reason="the bundle has no contract text" />}
    </Section>
  )
}

export function Footer({ report }: { report: Report }) {
  const { meta } = report
  const rows: [string, string][] = [
    ['Contract', meta.contract_digest], ['Executor', meta.executor_fingerprint], ['Bundle', meta.bundle_digest], ['Tool', meta.tool_sha256],
  ]
  return (
    <footer>
      <dl>{rows.map(([name, digest]) => <div key={name}><dt>{name}</dt><dd><code>{digest || 'unknown'}</code></dd></div>)}</dl>
      <p>SHA-256. {meta.tool || 'unknown tool'} · {meta.created.replace('T', ' ').replace('Z', ' UTC') || 'unknown date'} · {meta.bundle_path}</p>
      {meta.problems.length > 0 && <ul>{meta.problems.map((problem) => <li key={problem}>{problem}</li>)}</ul>}
    </footer>
  )
}
