import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../../../components/ActionButton';
import { Failure } from '../../../../components/Failure';
import { QueryFrame } from '../../../../components/QueryFrame';
import { useMay } from '../../query';
import type { TreeNode } from './query';
import { Tree } from './Tree';
import { nameOf, useMove } from './useMove';
import { useTree } from './useTree';

/** Members and teams as a tree, in which staff move them by dragging, by keys or by two clicks. */
export default function StructurePanel({ id }: { id: string }) {
  const { t } = useTranslation('company');
  const navigate = useNavigate();
  const { root, rootId, shown, setOpen, failure } = useTree(id);
  const { isShown: mayMove, reason } = useMay(id)('COMPANY_NODE_PARENT_SET');
  const [currentId, setCurrent] = useState<string | null>(null);
  const { moving, start, put, cancel, news, refusal, error } = useMove(id, (target) => setOpen(target.id, true));
  const current = shown.find((one) => one.node.id === currentId)?.node ?? shown[0]?.node;
  const movable = (node: TreeNode) => mayMove && !reason && node.id !== rootId;

  function openCustomer(node: TreeNode) {
    if (node.__typename !== 'CompanyMember' || !node.customer) return;
    void navigate({ to: '/customers/$id' as never, params: { id: node.customer.id } as never });
  }

  return (
    <QueryFrame query={root}>
      {() => (
        <Stack spacing={1.5}>
          <Typography color="textSecondary" id="tree-help">
            {t(mayMove ? 'treeHelp' : 'treeRead')}
          </Typography>
          {current ? (
            <Stack direction="row" role="toolbar" aria-label={t('treeActions')} sx={{ flexWrap: 'wrap', gap: 1 }}>
              {mayMove && !moving ? (
                <ActionButton
                  label={t('move', { name: nameOf(current) })}
                  reason={current.id === rootId ? t('rootStays') : reason}
                  onClick={() => start(current)}
                />
              ) : null}
              {moving ? <Button onClick={cancel}>{t('common:cancel')}</Button> : null}
              {current.__typename === 'CompanyMember' && current.customer && !moving ? (
                <ActionButton label={t('openCustomer')} onClick={() => openCustomer(current)} />
              ) : null}
            </Stack>
          ) : null}
          {refusal ? (
            <Alert severity="error" role="alert">
              {refusal}
            </Alert>
          ) : null}
          {error || failure ? <Failure error={(error ?? failure) as Error} /> : null}
          <Tree
            shown={shown}
            currentId={current?.id ?? null}
            moving={moving}
            isMovable={movable}
            onCurrent={setCurrent}
            onOpen={setOpen}
            onStart={start}
            onPut={put}
            onCancel={cancel}
            onEnter={openCustomer}
          />
          {/* Below the tree, which must not move under the pointer. */}
          <Typography role="status" aria-live="polite">
            {moving ? t('moving', { name: nameOf(moving) }) : news}
          </Typography>
        </Stack>
      )}
    </QueryFrame>
  );
}
