// What differs from marketplace to marketplace on the page: words, statuses, and what people may do to an order.
"use strict";

const NEEDS_ANSWER = [["withdraw", "Desistir do pedido de cancelamento"]];
const BUYER_CANCELS = ["cancel", "Cancelar (comprador)"];
const FACES = {
  skyhub: {
    name: "SkyHub",
    status: {
      NEW: "Aguardando pagamento", OVERDUE: "Pagamento vencido", APPROVED: "Pago", INVOICED: "Faturado",
      SHIPPED: "Enviado", SHIPMENT_EXCEPTION: "Problema na entrega", DELIVERED: "Entregue", CANCELED: "Cancelado",
    },
    steps: ["NEW", "APPROVED", "INVOICED", "SHIPPED", "DELIVERED"],
    acts: {
      NEW: [["pay", "Pagar"], ["overdue", "Vencer"], ["cancel", "Cancelar"]], OVERDUE: [["pay", "Pagar"], ["cancel", "Cancelar"]],
      APPROVED: [["cancel", "Cancelar"]], INVOICED: [["cancel", "Cancelar"]], SHIPPED: [["cancel", "Cancelar"]],
    },
    paid: { status: "APPROVED" },
    special: ["Criar B2W Entrega", { status: "APPROVED", calculation_type: "b2wentregacorreios" }],
    queue: {
      title: "Fila de integração", empty: "Fila vazia: tudo foi confirmado.", waiting: "na fila", leased: "reservados",
      hint: "Reservado volta ao início da fila se não for confirmado a tempo.", until: "reservado · volta em",
    },
  },
  shopee: {
    name: "Shopee",
    status: {
      UNPAID: "Não pago", PENDING: "Em análise", READY_TO_SHIP: "A enviar", PROCESSED: "Processado", RETRY_SHIP: "Coleta falhou",
      SHIPPED: "Enviado", TO_CONFIRM_RECEIVE: "Entregue, aguarda confirmação", COMPLETED: "Concluído",
      IN_CANCEL: "Cancelamento a responder", CANCELLED: "Cancelado", TO_RETURN: "Devolução",
    },
    steps: ["UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"],
    acts: {
      UNPAID: [["pay", "Pagar"], ["overdue", "Vencer"], BUYER_CANCELS], PENDING: [["release", "Liberar"]],
      READY_TO_SHIP: [BUYER_CANCELS, ["split", "Dividir"]],
      PROCESSED: [["pickup", "Coletar"], ["pickup_failed", "Coleta falhou"], BUYER_CANCELS],
      RETRY_SHIP: [BUYER_CANCELS], SHIPPED: [["deliver", "Entregar"], ["lose", "Extraviar"]], IN_CANCEL: NEEDS_ANSWER,
      TO_CONFIRM_RECEIVE: [["complete", "Confirmar"], ["ask_return", "Pedir devolução"]], TO_RETURN: [["complete", "Encerrar"]],
    },
    paid: { status: "READY_TO_SHIP" },
    special: ["Criar pedido Correios", { status: "READY_TO_SHIP", channel: "correios" }],
    queue: {
      title: "Avisos (push)", empty: "Nenhum aviso pendente.", waiting: "avisos a enviar", leased: "avisos repetidos",
      hint: "Aviso não confirmado com 2xx sem corpo em 3 s é repetido; depois fica como perdido.", until: "tenta outra vez em",
    },
  },
};
const PUSH = {
  1: "autorização", 2: "autorização retirada", 3: "status", 4: "rastreio", 12: "autorização expira", 15: "etiqueta", 29: "devolução",
  30: "status do pacote", 47: "dados do pacote",
};
const EFFECT = {
  leased: "entregou o pedido e o reservou", acknowledged: "pedido confirmado", invoiced: "recebeu a nota fiscal",
  invoice_attached: "guardou a nota, status igual", shipped: "recebeu o envio", shipment_attached: "guardou o envio, status igual",
  delivered: "recebeu a entrega", cancel_requested: "cancelamento recebido, aguarda prazo", canceled: "cancelou o pedido",
  exception_reported: "recebeu o problema na entrega", sold: "criou pedido de teste", approved: "aprovou o pedido",
  exported: "marcou como exportado", status_created: "criou status", status_updated: "alterou status",
  stock_updated: "recebeu estoque", none: "nada mudou",
  arranged: "organizou o envio", arranged_within_the_hour: "antes de uma hora do pagamento", rearranged: "reagendou a coleta",
  picked_up: "recebeu a coleta", delivery_failed: "recebeu a falha na entrega", document_created: "começou a etiqueta",
  document_downloaded: "entregou a etiqueta", partly_canceled: "cancelou parte do pedido", accepted: "cancelamento aceito",
  rejected: "cancelamento recusado", split: "dividiu o pedido", unsplit: "juntou o pedido", stock_set: "recebeu estoque",
  token_given: "entregou o acesso", refreshed: "renovou o acesso", authorized: "loja autorizou", revoked: "loja retirou a autorização",
  push_config_set: "guardou a assinatura de avisos", lost_confirmed: "avisos perdidos confirmados",
};
