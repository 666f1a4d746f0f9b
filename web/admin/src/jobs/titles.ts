import { useTranslation } from 'react-i18next';
import type { Job } from './useJob';

/** What a job does, in words. */
export function useJobTitle(): (job: Pick<Job, 'kind' | 'action' | 'isDryRun'>) => string {
  const { t } = useTranslation(['job', 'values']);
  return ({ kind, action, isDryRun }) => {
    const name = t(`values:JobKind.${kind}`);
    const done = action ? t(`job:action.${action}`, { defaultValue: action }) : '';
    return [done ? `${name}: ${done}` : name, isDryRun ? t('job:dryRun') : ''].filter(Boolean).join(' · ');
  };
}
