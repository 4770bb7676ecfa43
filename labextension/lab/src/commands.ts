// The names of our commands, apart from what carries them out.

export const command = {
  panel: 'synapse-magic:panel',
  start: 'synapse-magic:start',
  insert: 'synapse-magic:insert',
  build: 'synapse-magic:build',
  code: 'synapse-magic:code',
  cancel: 'synapse-magic:cancel',
  create: 'synapse-magic:create'
} as const;
