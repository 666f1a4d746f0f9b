import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CompanyNodePlaceDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { refreshCompany } from '../../query';
import type { TreeNode } from './query';

export function nameOf(node: TreeNode): string {
  return node.__typename === 'CompanyTeam' ? node.name : `${node.firstName} ${node.lastName}`;
}

/** Takes a node up and puts it below another one, by dragging, by the keyboard or by two clicks. */
export function useMove(id: string, onMoved: (target: TreeNode) => void) {
  const { t } = useTranslation('company');
  const [moving, setMoving] = useState<TreeNode | null>(null);
  const [news, setNews] = useState('');
  const [refusal, setRefusal] = useState('');
  const place = useMutation({
    mutationFn: async ({ node, target }: { node: TreeNode; target: TreeNode }) => {
      const input = { companyId: id, nodeId: node.id, parentId: target.id };
      const [error] = (await request(CompanyNodePlaceDocument, { input })).companyNodeParentSet?.userErrors ?? [];
      if (error) {
        setRefusal(error.message);
        return;
      }
      await refreshCompany(id);
      onMoved(target);
      setNews(t('moved', { name: nameOf(node), target: nameOf(target) }));
    },
  });

  function start(node: TreeNode) {
    setNews('');
    setRefusal('');
    setMoving(node);
  }

  function put(target: TreeNode) {
    const node = moving;
    setMoving(null);
    if (node && node.id !== target.id) place.mutate({ node, target });
  }

  return { moving, start, put, cancel: () => setMoving(null), news, refusal, error: place.error };
}
