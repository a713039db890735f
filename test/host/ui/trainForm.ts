import type { Workbench } from './workbench';

/** What is chosen in the form of a run. */
export interface TrainChoices {
  /** Folder of the merge, as the list of those in the workspace names it. */
  readonly merge: string;
  readonly profile: string;
  readonly model: string;
  readonly options: string;
}

/** Goes by the palette and the form to what was found on the host. */
export async function fillTrainForm(workbench: Workbench, choices: TrainChoices): Promise<void> {
  const { quickInput } = workbench;
  await workbench.command('CFPRM: Train on remote runner…');
  await quickInput.waitForTitle('Training data');
  await quickInput.pick(choices.merge);
  await quickInput.waitForTitle('Train a model');
  await quickInput.pick('Where to train');
  await quickInput.waitForTitle('Where to train');
  await quickInput.pick(choices.profile);
  await quickInput.waitForTitle('Train a model');
  await typeInto(quickInput, 'Model to start from', choices.model);
  await typeInto(quickInput, 'Options of the runner', choices.options);
  await quickInput.pick('Check the host…');
}

/** Opens a field of the form, types its value, and comes back to the form. */
export async function typeInto(
  quickInput: Workbench['quickInput'],
  field: string,
  text: string,
): Promise<void> {
  await quickInput.pick(field);
  await quickInput.waitForTitle(field);
  await quickInput.fill(text);
  await quickInput.accept();
  await quickInput.waitForTitle('Train a model');
}
