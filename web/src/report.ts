// The report's document as src/report/document.cc writes it; docs/formats/report.md describes it.

export interface Estimate {
  value: number | null
  low: number | null
  high: number | null
  confidence: number | null
  unit: string
  samples: number
  by_session: number[]
  method: string
  withheld: string
}

export type State = 'met' | 'missed' | 'undecided' | 'invalid' | 'incomplete' | 'altered'

export interface TargetOutcome {
  figure: string
  at_least: number | null
  at_most: number | null
  unit: string
  verdict: string
  reason: string
}

export interface SearchStep {
  rate_per_s: number
  achieved_per_s: number
  requests: number
  over_ratio: number
  over_low: number
  over_high: number
  effective_samples: number
  latency_ns: number | null
  verdict: string
  reason: string
  purpose: string
}

export interface CurvePoint {
  kind: string
  point: string
  session: number
  offered_per_s: number
  achieved_per_s: number
  e2e_ns: Record<string, number>
}

export interface Breakdown {
  point: string
  requests_kind: string
  requests: number
  left_out: number
  total_ns: number
  by_class_ns: Record<string, number>
}

export interface Operator {
  node: string
  op_type: string
  calls: number
  total_ns: number
  share: number
  cumulative_share: number
  flops_per_s: number | null
  intensity: number | null
  of_ceiling: number | null
  bound: string
  reason: string
}

export interface Fact {
  name: string
  provenance: 'measured' | 'declared' | 'unknown'
  value: string
  source: string
  reason: string
}

export interface ExecutorLayer {
  layer: string
  owner: string
  facts: Fact[]
  known: number
  measured: number
  declared: number
  unknown: number
  total: number
}

// What the client says of itself: src/model/audit.h.
export interface Audit {
  sent: number
  missed: number
  late: number
  lag_p99_ns: number | null
  lag_max_ns: number | null
  threads: { name: string; cores: number }[]
  stall_longest_ns: number | null
  clock_steps: number
  arrivals: { p_value: number | null; fano: number | null }
}

export interface Phase {
  id: number
  session: number
  kind: string
  point: string
  loop: string
  begin_ns: number
  end_ns: number
  offered_per_s: number | null
  complete: boolean
  requests: number
  by_status: Record<string, number>
  audit: Audit | null
}

export interface Series {
  name: string
  unit: string
  source: string
  from: number
  to: number
  at_ns: number[]
  min: number[]
  mean: number[]
  max: number[]
}

// src/model/server_view.h
export interface ServerViewOfPhase {
  phase: number
  session: number
  point: string
  reconciliation: {
    server: { server: string; missing: string }
    comparisons: { figure: string; agree: 'agree' | 'disagree' | 'unknown'; meaning: string }[]
    split: { requests: number; total_ns: number; parts: { name: string; total_ns: number }[]; notes: string[]; missing: string }
    notices: string[]
  }
}

export interface Figures {
  figures: Record<string, Estimate>
  saturation: {
    pass_per_s: number | null
    fail_per_s: number | null
    criterion: string
    outcome: string
    steps: SearchStep[]
    findings: string[]
  }
  server_views?: ServerViewOfPhase[]
  curve: CurvePoint[]
  warm_ups: { session: number; steady: boolean; length_ns: number; requests: number; reason: string }[]
  breakdowns: Breakdown[]
  owners: { time_class: string; layers: string[]; owners: string[] }[]
  operators_by_type: Operator[]
  operators: Operator[]
  roofline: {
    flops_per_s: number | null
    bytes_per_s: number | null
    ridge: number | null
    matmul_method: string
    stream_method: string
    missing: string
  }
  profiling: {
    point: string
    profiled: number
    plain: number
    profiled_ns: number | null
    plain_ns: number | null
    ratio: number | null
    withheld: string
  }[]
  losses: { severity: string; what: string; count: number; where: string }[]
  decision: TargetOutcome
  targets: TargetOutcome[]
  validity: { valid: boolean; reasons: string[]; notices: string[] }
}

export interface Report {
  meta: {
    tool: string
    tool_sha256: string
    created: string
    complete: boolean
    incomplete_reason: string
    intact: boolean
    problems: string[]
    bundle_path: string
    bundle_digest: string
    contract_digest: string
    executor_fingerprint: string
    fingerprints_by_layer: Record<string, string>
    verify_command: string
  }
  outcome: {
    state: State
    headline: string
    meaning: string
    reasons: string[]
    figure: string
    title: string
    estimate: Estimate
    unit: string
    at_least: number | null
    at_most: number | null
  }
  subject: string[]
  conditions: { batch_policy: string; concurrency: string; latency_budget: string }
  contract: {
    name: string
    decision: { question: string; if_met: string; if_missed: string; decided_by: string }
    slo: { quantile: number; at_most: number }
    workload: { accuracy: { method: string; floor: number } }
    target: { kind: string }
    layers: Record<string, { owner: string }>
    load: { points: { name: string }[]; search: object | null; profile: object | null; max_in_flight: number }
    signatories: string[]
    measured_by: string
    limitations: string[]
  }
  contract_yaml: string
  executor: ExecutorLayer[]
  figures: Figures
  titles: {
    figures: Record<string, string>
    classes: Record<string, string>
    class_order: string[]
    points: Record<string, string>
  }
  epoch_wall_ns: number
  phases: Phase[]
  requests: { from: number; to: number; method: string; due_ns: number[]; e2e_ns: number[]; phase: number[] }
  telemetry: {
    period_ns: number
    bucket_ns: number
    series: Series[]
    gaps: { from_ns: number; to_ns: number }[]
    missing: string[]
  }
  left_out: { what: string; count: number; why: string }[]
}

const none: Estimate = {
  value: null, low: null, high: null, confidence: null, unit: '', samples: 0, by_session: [], method: '',
  withheld: '',
}

export const missingWord = (estimate: Estimate): string => (estimate.withheld.startsWith('unknown') ? 'unknown' : 'withheld')

export function missingText({ withheld }: Estimate): string {
  return withheld.startsWith('unknown') ? withheld : `withheld: ${withheld || 'no reason is on record'}`
}

export function figureOf(report: Report, id: string): Estimate {
  return report.figures.figures[id] ?? { ...none, withheld: 'unknown: the run has no such figure' }
}
