import { examine, isFit, type DoctorReport } from '../../services/doctor.js';
import { explainLacks, explainMissing } from '../../services/providers.js';
import { NativaError } from '../../../native-models/errors.js';
import type { Messages } from '../../services/i18n/index.js';
import { inspectModel, resolveModel } from '../../services/models.js';
import { explainReason, modelPlacement, placing } from '../../services/placing.js';
import type { Placement } from '../../services/placing.js';
import { SettingsStore } from '../../services/settings.js';
import type { CliContext } from './context.js';
import { formatBytes, pairs } from './layout.js';

/** What `doctor` is given. */
export interface DoctorOptions {
  readonly model?: string;
}

/** The model whose networks are looked at, and where they would compute. */
interface ModelPlan {
  readonly dir: string;
  readonly id: string;
  readonly placement: Placement;
}

/**
 * `doctor`.
 *
 * @returns whether a picture could be made here
 * @throws NativaError MODEL_NOT_FOUND and what is wrong with a model that was asked for
 */
export async function doctorCommand(
  { model }: DoctorOptions,
  { messages, terminal, language }: CliContext,
): Promise<boolean> {
  const report = await examine();
  const plan = await planOf(model, report, messages);
  const fit = isFit(report);
  if (terminal.json) {
    const placed = plan && { plan: { model: plan.id, ...plan.placement } };
    terminal.result({ ok: fit, ...jsonReport(report), ...placed });
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
  if (plan !== undefined) {
    sections.push([doctor.sections.placement(plan.id), placementRows(plan, messages, language)]);
  }
  for (const [title, rows] of sections) {
    terminal.say(title);
    for (const line of pairs(rows, '  ')) terminal.say(line);
  }
  if (plan !== undefined) {
    terminal.say(`  ${plan.placement.together ? doctor.together : doctor.inTurn}`);
  }
  if (report.onnxruntimeError !== undefined) {
    terminal.say(doctor.problem(doctor.loadFailed(report.onnxruntimeError)));
  }
  terminal.say(fit ? doctor.fine : doctor.notFine);
  return fit;
}

/** A model that was not asked for may be damaged: that is said among the models. */
async function planOf(
  model: string | undefined,
  { onnxruntime }: DoctorReport,
  messages: Messages,
): Promise<ModelPlan | undefined> {
  if (onnxruntime === undefined) return undefined;
  const { current: settings } = await SettingsStore.open();
  try {
    const dir = await resolveModel(model ?? settings.model ?? undefined, messages);
    const { manifest } = await inspectModel(dir);
    const placement = await modelPlacement(dir, await placing(settings));
    return { dir, id: manifest.id, placement };
  } catch (error) {
    if (model === undefined && error instanceof NativaError) return undefined;
    throw error;
  }
}

function placementRows(
  { placement }: ModelPlan,
  { doctor, placement: words }: Messages,
  language: string,
): [string, string][] {
  return placement.networks.map(({ network, provider, precision, weights, bytes, reason }) => {
    const cast = weights === 'F16' || weights === 'BF16';
    const parts = [doctor.placed(provider, precision, formatBytes(bytes, language))];
    if (cast && !(weights === 'F16' && precision === 'float16')) parts.push(doctor.cast(weights));
    if (weights === 'U8') parts.push(doctor.codes);
    if (reason !== undefined) parts.push(`- ${explainReason(reason, words)}`);
    return [words.networks[network], parts.join(' ')];
  });
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
  return providers.map((provider) => {
    const { name, available, reason } = provider;
    if (!available && reason !== undefined) {
      return [name, doctor.missing(explainMissing(reason, messages))];
    }
    const lacks = explainLacks(provider, messages);
    return [name, lacks === undefined ? doctor.available : doctor.availableBut(lacks)];
  });
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
