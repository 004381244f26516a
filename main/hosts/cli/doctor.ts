import { examine, explainMissing, isFit, type DoctorReport } from '../../services/doctor.js';
import type { Messages } from '../../services/i18n/index.js';
import type { CliContext } from './context.js';
import { formatBytes, pairs } from './layout.js';

/**
 * `doctor`.
 *
 * @returns whether a picture could be made here
 */
export async function doctorCommand({
  messages,
  terminal,
  language,
}: CliContext): Promise<boolean> {
  const report = await examine();
  const fit = isFit(report);
  if (terminal.json) {
    terminal.result({ ok: fit, ...jsonReport(report) });
    return fit;
  }
  const { doctor } = messages;
  const sections: [string, [string, string][]][] = [
    [doctor.sections.program, programRows(report)],
    [doctor.sections.machine, machineRows(report, doctor, language)],
    [doctor.sections.providers, providerRows(report, messages)],
    [
      doctor.sections.folders,
      [
        [doctor.rows.data, report.folders.data],
        [doctor.rows.cache, report.folders.cache],
      ],
    ],
    [doctor.sections.models, modelRows(report, messages)],
  ];
  for (const [title, rows] of sections) {
    terminal.say(title);
    for (const line of pairs(rows, '  ')) terminal.say(line);
  }
  if (report.onnxruntimeError !== undefined) {
    terminal.say(doctor.problem(doctor.loadFailed(report.onnxruntimeError)));
  }
  terminal.say(fit ? doctor.fine : doctor.notFine);
  return fit;
}

function programRows({ version, node, onnxruntime }: DoctorReport): [string, string][] {
  return [
    ['Nativa', version],
    ['Node', node],
    ['onnxruntime', onnxruntime ?? '-'],
  ];
}

function machineRows(
  { platform, cores, cpu, cpuFeatures, memory }: DoctorReport,
  doctor: Messages['doctor'],
  language: string,
): [string, string][] {
  const bytes = (value: number) => formatBytes(value, language);
  const rows: [string, string][] = [
    [doctor.rows.system, platform],
    [doctor.rows.processor, doctor.cores(cores, cpu ?? doctor.unknown)],
    [doctor.features, cpuFeatures.join(' ') || doctor.unknown],
    [doctor.rows.memory, doctor.memory(bytes(memory.free), bytes(memory.total))],
  ];
  if (memory.limit !== undefined) rows.push(['', doctor.limited(bytes(memory.limit))]);
  return rows;
}

function providerRows({ providers }: DoctorReport, messages: Messages): [string, string][] {
  const { doctor } = messages;
  return providers.map(({ name, available, reason }) => [
    name,
    available || reason === undefined
      ? doctor.available
      : doctor.missing(explainMissing(reason, messages)),
  ]);
}

function modelRows(
  { models }: DoctorReport,
  { doctor, ...messages }: Messages,
): [string, string][] {
  if (models.length === 0) return [['-', doctor.problem(messages.models.none)]];
  return models.map((model) =>
    model.ok
      ? [model.manifest.id, model.dir]
      : ['-', doctor.problem(messages.models.broken(model.dir, model.error.message))],
  );
}

function jsonReport({ models, ...report }: DoctorReport): object {
  return {
    ...report,
    models: models.map((model) =>
      model.ok
        ? { id: model.manifest.id, folder: model.dir }
        : { folder: model.dir, error: { code: model.error.code, message: model.error.message } },
    ),
  };
}
