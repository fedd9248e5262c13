import { render } from 'preact'
import { Breakdowns } from './breakdown'
import { cleaned } from './clean'
import { Curve, Latency, Search } from './curve'
import { FirstPage } from './first_page'
import { Operators } from './operators'
import { Tip } from './parts'
import { ContractText, Executor, Footer, Method } from './record'
import type { Report } from './report'
import { Failures, Instrument, isOnTheNetwork, Streams, watched } from './server'
import './style.css'
import { Timeline } from './timeline'
import { Views, viewsOf } from './views'

// Operators are seen in this process alone, streams and failures by name on the network alone.
const inProcess = (report: Report) => ['embedded', 'null'].includes(report.contract.target?.kind ?? 'embedded')

const sections = (report: Report): [string, string][] => {
  const all: [string, string, boolean][] = [
    ['throughput', 'Throughput', true], ['latency', 'Latency', true], ['streams', 'Streams', isOnTheNetwork(report)],
    ['failures', 'Failures', isOnTheNetwork(report)], ['views', 'Server', viewsOf(report).length > 0], ['breakdown', 'Where the time goes', true], ['operators', 'Operators', inProcess(report)],
    ['timeline', 'Over time', true], ['search', 'Saturation search', true], ['instrument', 'Instrument', watched(report).length > 0],
    ['executor', 'Executor', true], ['method', 'Validity', true], ['contract', 'Contract', true],
  ]
  return all.filter(([, , there]) => there).map(([id, name]) => [id, name])
}

function Page({ report }: { report: Report }) {
  return (
    <>
      <main>
        <FirstPage report={report} />
        <nav aria-label="Sections">{sections(report).map(([id, name]) => <a key={id} href={`#${id}`}>{name}</a>)}</nav>
        <Curve report={report} />
        <Latency report={report} />
        <Streams report={report} />
        <Failures report={report} />
        <Views report={report} />
        <Breakdowns report={report} />
        {inProcess(report) && <Operators report={report} />}
        <Timeline report={report} />
        <Search report={report} />
        <Instrument report={report} />
        <Executor report={report} />
        <Method report={report} />
        <ContractText report={report} />
      </main>
      <Footer report={report} />
      <Tip />
    </>
  )
}

const text = document.getElementById('lynx')?.textContent ?? 'null'
const place = document.getElementById('page')!
const report = cleaned(JSON.parse(text)) as Report | null
if (report === null) {
  place.textContent = 'This page holds no report.'
} else {
  document.title = `${report.contract.name}: ${report.outcome.state}`
  render(<Page report={report} />, place)
}
