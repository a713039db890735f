/** Every command of the extension; package.json must contribute exactly these, and a test compares the two. */
export const COMMAND_IDS = [
  'cfprm.openTrace',
  'cfprm.openTraceToSide',
  'cfprm.goTo',
  'cfprm.filter',
  'cfprm.clearFilter',
  'cfprm.nextError',
  'cfprm.previousError',
  'cfprm.nextStep',
  'cfprm.previousStep',
  'cfprm.nextTrajectory',
  'cfprm.previousTrajectory',
  'cfprm.nextPage',
  'cfprm.previousPage',
  'cfprm.showFirstError',
  'cfprm.revealInSource',
  'cfprm.showKeys',
  'cfprm.closeFile',
  'cfprm.chooseFormat',
  'cfprm.toggleInline',
  'cfprm.mergeWindows',
  'cfprm.showLog',
] as const;

/** The id of a command. */
export type CommandId = (typeof COMMAND_IDS)[number];
